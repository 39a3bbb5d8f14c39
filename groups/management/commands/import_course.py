"""Import a course's content from an OLX export."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from groups.olx.archive import open_archive, open_folder
from groups.olx.errors import OlxRefusedError
from groups.olx.reading import read_course
from groups.olx.store import import_content, summary

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Import the sections, restrictions and group configurations of a course run from an OLX export: the "
        ".tar.gz that Studio makes, or a folder. Importing again updates in place. Nothing is written when "
        "anything in the export is refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="a .tar.gz, or an unpacked export")
        parser.add_argument(
            "--course",
            metavar="KEY",
            help="import as the content of this run, such as a re-run, whatever the export is of",
        )

    def handle(self, *args, path, course=None, **options):
        try:
            read = read_course(self._files(path))
            key = self._key(course) if course else read.key
            changes = import_content(course=read, course_key=key, source=path.name)
        except OlxRefusedError as refusal:
            raise CommandError(f"{refusal} Nothing was imported.") from refusal
        for warning in read.warnings:
            self.stderr.write(f"Warning: {warning}")
        for change in changes[:SHOWN]:
            self.stdout.write(f"  {change.what} {change.kind.lower()}: {change.name} {change.detail}".rstrip())
        if len(changes) > SHOWN:
            self.stdout.write(f"  … and {len(changes) - SHOWN:,} more")
        self.stdout.write(f"Imported {len(read.blocks):,} blocks into {key}: {summary(changes) or 'nothing changed'}.")

    def _files(self, path):
        try:
            if path.is_dir():
                return open_folder(path)
            with path.open("rb") as file:
                return open_archive(file, path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from error

    def _key(self, text):
        try:
            return CourseKey.from_string(text)
        except InvalidKeyError as error:
            raise CommandError(f"{text} is no course key.") from error
