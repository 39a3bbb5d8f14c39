"""What a platform model is, and the router that keeps our migrations away from LMS tables.

A platform model describes a table that Open edX owns. In an embedded installation our
migrations create it; attached to an LMS database (`LECTERN_PLATFORM_TABLES=existing`) they never
touch it. The mark is the base class below. Historical models in migrations do not carry base
classes, so the router goes by the table name; `check_table_names` keeps the two in step.

What Lectern does with a platform table is declared once, as `table_use` of its model. Schema check,
grants and the switching off of features whose tables an LMS lacks all go by these declarations.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models

OWN_PREFIX = "lectern_"


@dataclass(frozen=True)
class TableUse:
    """What Lectern does with one table of the platform. Every one of them is read.

    Attributes:
        without: one sentence for people: what a database without the table means for them.
        optional: whether an LMS may lack the table; its feature is then off, and says so.
        insert, update, delete: what Lectern writes there, undoing included.
        lock: whether rows are locked that are not changed (`select_for_update`).
    """

    without: str
    optional: bool = False
    insert: bool = False
    update: bool = False
    delete: bool = False
    lock: bool = False


class PlatformModel(models.Model):
    """A table of Open edX: its name, columns, types, nullability and uniqueness, not ours.

    Class attributes:
        table_use: what Lectern does with it; each model states its own.
    """

    table_use: TableUse

    class Meta:
        abstract = True


def uses_existing_tables() -> bool:
    """Say whether the platform's tables belong to an LMS."""
    return settings.PLATFORM_TABLES == "existing"


class PlatformRouter:
    """Keeps migrations of platform models out of a database that an LMS made."""

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if not app_label.startswith(OWN_PREFIX) or not uses_existing_tables():
            return None
        model = hints.get("model")
        if model is not None:
            return model._meta.db_table.startswith(OWN_PREFIX)
        # Data operations on platform tables say so with hints={"platform": True}.
        return False if hints.get("platform") else None


# --- Declarations ----------------------------------------------------------------------------

# Tables of Django itself that an LMS has anyhow.
DJANGO_TABLES = {
    "auth_user": TableUse("Nobody can sign in, and no learner is found."),
    "django_admin_log": TableUse("No change by staff can be recorded, so none is made.", insert=True),
    "django_content_type": TableUse("No change by staff can be recorded, so none is made."),
    "django_migrations": TableUse("Lectern cannot be installed here."),
}

_sources: list[Callable[[], Mapping[str, TableUse]]] = []


def register_tables(source: Callable[[], Mapping[str, TableUse]]) -> None:
    """Declare tables of the platform that have no model (from `AppConfig.ready`).

    Args:
        source: returns what is done with each table; asked whenever it is needed.
    """
    _sources.append(source)


def platform_models() -> list[type[PlatformModel]]:
    """Return every platform model, by the name of its table."""
    found = [model for model in apps.get_models() if issubclass(model, PlatformModel)]
    return sorted(found, key=lambda model: model._meta.db_table)


def table_uses() -> dict[str, TableUse]:
    """Return what Lectern does with each table that is not its own, by name.

    Where a table is declared twice, as by a model and by a learner-state owner, both hold.
    """
    uses: dict[str, TableUse] = {}
    declared = [DJANGO_TABLES, {model._meta.db_table: model.table_use for model in platform_models()}]
    for tables in [*declared, *(source() for source in _sources)]:
        for table, use in tables.items():
            uses[table] = merged([uses[table], use]) if table in uses else use
    return dict(sorted(uses.items()))


def merged(uses: Iterable[TableUse]) -> TableUse:
    """Return one use that allows what any of `uses` does; the first says what the table is for."""
    first, *others = uses
    writes = {
        name: any(getattr(use, name) for use in (first, *others)) for name in ("insert", "update", "delete", "lock")
    }
    return TableUse(first.without, optional=first.optional, **writes)


@checks.register(checks.Tags.models)
def check_table_names(app_configs, **kwargs):
    """Refuse a platform model named like ours, and a model of ours named like the platform's."""
    errors = []
    for model in apps.get_models():
        ours = model._meta.db_table.startswith(OWN_PREFIX)
        if issubclass(model, PlatformModel) and ours:
            errors.append(
                checks.Error(f"A platform table cannot be {model._meta.db_table}.", obj=model, id="lectern.E001")
            )
        if not issubclass(model, PlatformModel) and not ours and model._meta.app_label.startswith(OWN_PREFIX):
            errors.append(
                checks.Error(
                    f"{model._meta.db_table} must start with {OWN_PREFIX} or be a PlatformModel.",
                    obj=model,
                    id="lectern.E002",
                )
            )
    return errors


@checks.register(checks.Tags.models)
def check_table_uses(app_configs, **kwargs):
    """Refuse a platform model that does not declare itself what is done with its table."""
    return [
        checks.Error(
            f"{model.__name__} does not say what Lectern does with {model._meta.db_table}.",
            hint="Set table_use = TableUse(…), see docs/contributors.md.",
            obj=model,
            id="lectern.E003",
        )
        for model in platform_models()
        if "table_use" not in vars(model)
    ]
