"""Taking Lectern out of an LMS's database again: our tables, and our rows in tables that Django shares."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q

from console.platform import OWN_PREFIX, database
from console.platform.grants import LIBRARIES

OURS = (OWN_PREFIX, *LIBRARIES)

_unfinished: dict[str, Callable[[], int]] = {}


def register_unfinished(kind: str, count: Callable[[], int]) -> None:
    """Add work that has to end before Lectern leaves (from `AppConfig.ready`): what it is, and how much there is."""
    _unfinished[kind] = count


def unfinished() -> dict[str, int]:
    """Return how many jobs of each kind wait or run; kinds that have none are left out."""
    counts = {kind: count() for kind, count in _unfinished.items()}
    return {kind: number for kind, number in counts.items() if number}


@dataclass(frozen=True)
class Removal:
    """What leaving would remove.

    Attributes:
        tables: our tables, with how many rows each has.
        migrations, content_types, permissions: how many of our rows there are.
        log: how many entries of the admin log are about our models.
    """

    tables: dict[str, int]
    migrations: int
    content_types: int
    permissions: int
    log: int


def removal() -> Removal:
    """Count what leaving would remove."""
    database.forget()
    types = _content_types()
    return Removal(
        tables={table: _count(table) for table in our_tables()},
        migrations=_migrations().count(),
        content_types=types.count(),
        permissions=Permission.objects.filter(content_type__in=types).count(),
        log=LogEntry.objects.filter(content_type__in=types).count(),
    )


def our_tables() -> list[str]:
    """Return those of our tables that the database has, of other versions of Lectern too."""
    return sorted(table for table in database.tables() if table.startswith((OWN_PREFIX, *(f"{x}_" for x in LIBRARIES))))


def remove(*, keep_log: bool) -> None:
    """Remove everything that is ours. What resets did to the platform's own tables stays.

    Args:
        keep_log: whether entries of the admin log about our models stay, without saying of which model.
    """
    ids = list(_content_types().values_list("pk", flat=True))
    with transaction.atomic():
        entries = LogEntry.objects.filter(content_type__in=ids)
        entries.update(content_type=None) if keep_log else entries.delete()
        _remove_permissions(ids)
        ContentType.objects.filter(pk__in=ids).delete()
        _drop(our_tables())
        _migrations().delete()
    ContentType.objects.clear_cache()
    database.forget()


def _remove_permissions(content_types):
    permissions = list(Permission.objects.filter(content_type__in=content_types).values_list("pk", flat=True))
    for holders in (Group.permissions.through, get_user_model().user_permissions.through):
        holders.objects.filter(permission_id__in=permissions).delete()
    Permission.objects.filter(pk__in=permissions).delete()


def _drop(tables):
    if not tables:
        return
    names = [connection.ops.quote_name(table) for table in tables]
    # SQLite drops one at a time; the others need all at once, because our tables refer to each other.
    statements = [f"DROP TABLE {name}" for name in names] if connection.vendor == "sqlite" else []
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for statement in statements or [f"DROP TABLE {', '.join(names)}"]:
            cursor.execute(statement)


def _count(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a name of the database's)
        return cursor.fetchone()[0]


def _content_types():
    return ContentType.objects.filter(_is_ours("app_label"))


def _migrations():
    return MigrationRecorder(connection).migration_qs.filter(_is_ours("app"))


def _is_ours(field):
    return Q(**{f"{field}__startswith": OWN_PREFIX}) | Q(**{f"{field}__in": LIBRARIES})
