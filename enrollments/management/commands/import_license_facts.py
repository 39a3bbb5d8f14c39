"""`manage.py import_license_facts PATH`."""

from enrollments.defaults.imports.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import customers’ licenses: who has them, and for which catalog. "
        "The file replaces what was known of the customers that it names, "
        "or nothing at all if it has a mistake."
    )
    kind = "licenses"
