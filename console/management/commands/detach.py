"""`manage.py detach`: takes Lectern out of an LMS's database again."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from console.platform import uses_existing_tables
from console.platform.detachment import removal, remove, unfinished


class Command(BaseCommand):
    help = "Remove Lectern's tables and rows from an LMS's database. The LMS's own stay as they are."

    def add_arguments(self, parser):
        parser.add_argument("--yes", action="store_true", help="Do not ask for the database's name first.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be removed.")
        parser.add_argument("--delete-log", action="store_true", help="Also delete our entries in the admin log.")

    def handle(self, *args, **options):
        if not uses_existing_tables():
            raise CommandError("This installation made all of its tables itself: drop its database instead.")
        found = removal()
        if not found.tables and not found.migrations:
            raise CommandError("There is nothing of Lectern in this database.")
        self._say(found, options)
        if options["dry_run"]:
            return
        if waiting := unfinished():
            jobs = " and ".join(f"{number} {kind}" for kind, number in waiting.items())
            raise CommandError(f"{jobs} wait or run: let the workers finish them, or cancel them, first.")
        name = str(connection.settings_dict["NAME"])
        if not options["yes"] and input(f"Type {name} to remove all of this: ") != name:
            raise CommandError("Nothing was removed.")
        remove(keep_log=not options["delete_log"])
        self.stdout.write("Lectern is gone from this database. Drop its database account, too.")

    def _say(self, found, options):
        for table, rows in found.tables.items():
            self.stdout.write(f"drop table {table} ({rows} rows)")
        self.stdout.write(f"delete {found.migrations} rows of django_migrations")
        self.stdout.write(f"delete {found.content_types} rows of django_content_type")
        self.stdout.write(f"delete {found.permissions} rows of auth_permission")
        fate = "delete" if options["delete_log"] else "keep, without the name of their model,"
        self.stdout.write(f"{fate} {found.log} rows of django_admin_log")
