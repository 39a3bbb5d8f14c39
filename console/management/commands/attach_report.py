"""`manage.py attach_report`: what this database is, and what works on it."""

from django.core.management.base import BaseCommand

from console.platform.report import sections


class Command(BaseCommand):
    help = "Say what the connected database is, how old, what it holds, what works and what is off. Changes nothing."

    def handle(self, *args, **options):
        for heading, lines in sections():
            self.stdout.write(heading)
            for line in lines:
                self.stdout.write(f"  {line}")
