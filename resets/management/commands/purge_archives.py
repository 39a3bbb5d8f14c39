from django.core.management.base import BaseCommand

from resets.retention import forget_typed, purge_archives


class Command(BaseCommand):
    help = "Delete archives of resets past their retention time, and those of retired learners. Also run daily."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, help="Keep archives younger than this (default: LECTERN_ARCHIVE_DAYS).")

    def handle(self, *, days, **options):
        self.stdout.write(f"Purged {purge_archives(days)} archives.")
        self.stdout.write(f"Removed what was typed from {forget_typed(days)} lines of bulk lists.")
