"""`manage.py migrate`: Django's own, which first looks whether it may begin, and leaves an LMS's rows alone."""

from django.contrib.contenttypes.management import create_contenttypes
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db.models.signals import post_migrate

from console.platform import OWN_PREFIX, uses_existing_tables
from console.platform.attachment import obstacle


class Command(migrate.Command):
    """Refuses before anything is altered; `--skip-checks` leaves that out."""

    def execute(self, *args, **options):
        """Look before the system checks do, which would name every single table of a database that is no LMS's."""
        problem = "" if options["skip_checks"] else obstacle()
        if problem:
            raise CommandError(f"{problem} Nothing was changed.")
        return super().execute(*args, **options)

    def handle(self, *args, **options):
        if uses_existing_tables():
            _note_only_our_models()
        super().handle(*args, **options)


def _note_only_our_models():
    """Make content types of our models only, which the admin log names, and no permission, which nobody asks for.

    Django would add rows about its own and every other app to tables that the LMS reads.
    """
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.connect(_make_contenttypes, dispatch_uid="lectern.contenttypes")


def _make_contenttypes(app_config, **kwargs):
    if app_config.label.startswith(OWN_PREFIX):
        create_contenttypes(app_config, **kwargs)
