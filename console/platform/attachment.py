"""Whether `migrate` may begin: what stands in its way, in one sentence with the next step."""

from collections.abc import Iterator

from django.db import connection
from django.db.migrations import CreateModel
from django.db.migrations.executor import MigrationExecutor

from console.platform import OWN_PREFIX, database, platform_models, table_uses, uses_existing_tables
from console.platform.grants import LIBRARIES

# What making our tables takes on MySQL and MariaDB, which cannot take back half of it.
MAKING = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "REFERENCES")
OWN_RIGHTS = """
    SELECT privilege_type FROM information_schema.user_privileges WHERE grantee = %s
    UNION SELECT privilege_type FROM information_schema.schema_privileges
        WHERE grantee = %s AND DATABASE() LIKE table_schema
"""


def obstacle() -> str:
    """Say why migrations must not begin on the connected database; empty text when they may."""
    database.forget()
    if not uses_existing_tables():
        return _foreign_tables()
    return _no_lms() or _half_finished() or _no_right()


def _foreign_tables():
    if any(table.startswith(OWN_PREFIX) for table in database.tables()):
        return ""
    found = [model._meta.db_table for model in platform_models() if model._meta.db_table in database.tables()]
    if not found:
        return ""
    return (
        f"This database has tables of Open edX already, such as {found[0]}. "
        "Set LECTERN_PLATFORM_TABLES=existing to attach Lectern to it, or name an empty database in DATABASE_URL."
    )


def _no_lms():
    missing = [table for table, use in table_uses().items() if not use.optional and table not in database.tables()]
    if not missing:
        return ""
    return (
        f"The database {connection.settings_dict['NAME']} is not that of an LMS: it has no table {missing[0]}"
        f"{f', nor {len(missing) - 1} others that every LMS has' if missing[1:] else ''}. Check DATABASE_URL, "
        "or leave out LECTERN_PLATFORM_TABLES to make an installation of its own."
    )


def _half_finished():
    found = sorted({table for table in tables_to_make() if table in database.tables()})
    if not found:
        return ""
    return (
        f"An earlier migrate stopped half-way: {', '.join(found)} exist{'s' if len(found) == 1 else ''} already. "
        f"If nothing is kept there, run DROP TABLE {', '.join(found)}; and then migrate again."
    )


def tables_to_make() -> Iterator[str]:
    """Yield the tables that migrations which are not applied yet would make in an LMS's database."""
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        for operation in migration.operations:
            if isinstance(operation, CreateModel):
                table = operation.options.get("db_table") or f"{migration.app_label}_{operation.name_lower}"
                if table.startswith((OWN_PREFIX, *LIBRARIES)):
                    yield table


def _no_right():
    if not any(tables_to_make()):
        return ""
    lacking = {"mysql": _lacking_on_mysql, "postgresql": _lacking_on_postgresql, "sqlite": list}[connection.vendor]()
    if not lacking:
        return ""
    return (
        f"The account {connection.settings_dict['USER']} may not make tables in {connection.settings_dict['NAME']}: "
        f"it lacks {', '.join(lacking)}. Run migrate as an account that may; web and worker do without."
    )


def _lacking_on_mysql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_ROLE(), CURRENT_USER()")
        role, account = cursor.fetchone()
        name, _, host = account.rpartition("@")
        cursor.execute(OWN_RIGHTS, [f"'{name}'@'{host}'"] * 2)
        held = {right for (right,) in cursor.fetchall()}
    # What a role adds is not listed there.
    return [right for right in MAKING if right not in held] if role in {None, "NONE"} else []


def _lacking_on_postgresql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(current_schema(), 'CREATE')")
        lacking = [] if cursor.fetchone()[0] else ["CREATE on the schema"]
        for table in ("django_migrations", "django_content_type"):
            cursor.execute("SELECT has_table_privilege(%s, 'INSERT')", [table])
            lacking += [] if cursor.fetchone()[0] else [f"INSERT on {table}"]
    return lacking
