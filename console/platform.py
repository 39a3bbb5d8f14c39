"""What a platform model is, and the router that keeps our migrations away from LMS tables.

A platform model describes a table that Open edX owns. In an embedded installation our
migrations create it; attached to an LMS database (`LECTERN_PLATFORM_TABLES=existing`) they never
touch it. The mark is the base class below. Historical models in migrations do not carry base
classes, so the router goes by the table name; `check_table_names` keeps the two in step.
"""

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models

OWN_PREFIX = "lectern_"


class PlatformModel(models.Model):
    """A table of Open edX: its name, columns, types, nullability and uniqueness, not ours."""

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
