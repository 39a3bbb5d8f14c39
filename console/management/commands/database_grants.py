"""`manage.py database_grants`: the rights that the account of web and worker needs."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from console.platform import database
from console.platform.grants import Account, own_tables, statements

ENGINES = ("mysql", "postgresql")


class Command(BaseCommand):
    help = "Print the GRANT statements for web and worker, table by table. Run it after migrate, on the LMS's database."

    def add_arguments(self, parser):
        parser.add_argument("--user", default="lectern", help="Name of the database account. Default: lectern")
        parser.add_argument(
            "--host", default="%", help="From where it connects (MySQL, MariaDB). Default: %%, anywhere"
        )
        parser.add_argument("--engine", choices=ENGINES, help="Default: the engine of DATABASE_URL")

    def handle(self, *args, **options):
        engine = options["engine"] or connection.vendor
        if engine not in ENGINES:
            raise CommandError("SQLite knows no accounts: name the engine with --engine mysql or --engine postgresql.")
        missing = [table for table in own_tables() if table not in database.tables()]
        if missing:
            raise CommandError(f"{missing[0]} does not exist yet: run manage.py migrate first.")
        account = Account(options["user"], options["host"], str(connection.settings_dict["NAME"]))
        for statement in statements(engine, account):
            self.stdout.write(statement)
