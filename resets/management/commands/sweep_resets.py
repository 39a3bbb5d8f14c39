from django.core.management.base import BaseCommand

from resets.sweeper import sweep


class Command(BaseCommand):
    help = "Ring again for enqueued resets, and take over those whose worker died. Also run by the scheduler."

    def handle(self, **options):
        counts = sweep()
        self.stdout.write(", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()))
