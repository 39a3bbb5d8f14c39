"""What the import commands share."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from console.textlists import MAX_BYTES
from enrollments.defaults.imports.actions import ImportRefusedError, import_facts
from enrollments.defaults.imports.kinds import KINDS


class ImportCommand(BaseCommand):
    """Imports one kind of fact from a file; a subclass names the kind and says what for."""

    kind = ""

    def add_arguments(self, parser):
        parser.add_argument(
            "path", type=Path, metavar="PATH", help="a CSV file with a header, or a JSON list of objects"
        )
        parser.epilog = f"Columns: {KINDS[self.kind].header}"

    def handle(self, *args, path, **options):
        try:
            with path.open("rb") as file:
                count = import_facts(self.kind, file.read(MAX_BYTES + 1), actor=None)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except ImportRefusedError as refusal:
            raise CommandError("\n".join(["Nothing was imported.", *refusal.problems])) from refusal
        self.stdout.write(f"Imported {count:,} {KINDS[self.kind].label.lower()}.")
