"""`manage.py import_catalog_facts PATH`."""

from enrollments.defaults.imports.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import what customers’ catalogs contain. "
        "The file replaces what was known of the customers that it names, "
        "or nothing at all if it has a mistake."
    )
    kind = "catalogs"
