"""The rights that web and worker need, table by table, as GRANT statements: what is declared and nothing more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from console.platform import OWN_PREFIX, PlatformModel, TableUse, database, platform_models, table_uses

# Libraries whose tables our migrations make beside our own.
LIBRARIES = ("axes",)
ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Account:
    """Whom to grant to, and where.

    Attributes:
        user: name of the database account.
        host: from where it comes (MySQL and MariaDB only).
        database: name of the database.
    """

    user: str
    host: str
    database: str


def own_tables() -> list[str]:
    """Return the tables that our migrations make in an LMS's database, by name."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label.startswith((OWN_PREFIX, *LIBRARIES)) and not issubclass(model, PlatformModel)
    )


def rights_of(use: TableUse, key: str = "id") -> Sequence[str]:
    """Return the rights that a declared use of a table comes to.

    Locking a row asks for the right to change it, on every engine: one column of it is enough.

    Args:
        use: the declaration.
        key: the column of the primary key.
    """
    rights = ["SELECT", *(name.upper() for name in ("insert", "update", "delete") if getattr(use, name))]
    return [*rights, f"UPDATE ({key})"] if use.lock and not use.update else rights


def wanted() -> dict[str, Sequence[str]]:
    """Return the rights on each table that the connected database has."""
    keys = {model._meta.db_table: model._meta.pk.column for model in platform_models()}
    rights = {table: rights_of(use, keys.get(table, "id")) for table, use in table_uses().items()}
    rights |= dict.fromkeys(own_tables(), ALL)
    return {table: names for table, names in sorted(rights.items()) if table in database.tables()}


def statements(engine: str, account: Account) -> Iterator[str]:
    """Yield the GRANT statements for `engine` ("mysql" or "postgresql")."""
    yield from {"mysql": _mysql, "postgresql": _postgresql}[engine](account, wanted())


def _mysql(account, tables):
    to = f"{_literal(account.user)}@{_literal(account.host)}"
    # Names of tables and columns without a row of them: without it, what may not be read looks missing.
    yield f"GRANT REFERENCES ON {_tick(account.database)}.* TO {to};"
    for table, rights in tables.items():
        yield f"GRANT {', '.join(rights)} ON {_tick(account.database)}.{_tick(table)} TO {to};"


def _postgresql(account, tables):
    to = _quote(account.user)
    yield f"GRANT CONNECT ON DATABASE {_quote(account.database)} TO {to};"
    yield f"GRANT USAGE ON SCHEMA {_quote('public')} TO {to};"
    for table, rights in tables.items():
        yield f"GRANT {', '.join(rights)} ON {_quote(table)} TO {to};"
    for sequence in _sequences([table for table, rights in tables.items() if "INSERT" in rights]):
        yield f"GRANT USAGE ON SEQUENCE {_quote(sequence)} TO {to};"


def _sequences(tables: Iterable[str]) -> list[str]:
    """Return the sequences that count the keys of new rows in these tables."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.relname FROM pg_class s
            JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
            JOIN pg_class t ON t.oid = d.refobjid
            WHERE s.relkind = 'S' AND t.relname = ANY (%s) ORDER BY s.relname
            """,
            [list(tables)],
        )
        return [name for (name,) in cursor.fetchall()]


def _literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _tick(name):
    return "`" + name.replace("`", "``") + "`"


def _quote(name):
    return '"' + name.replace('"', '""') + '"'
