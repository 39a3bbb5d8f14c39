"""`manage.py import_run_facts PATH`."""

from enrollments.defaults.imports.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import what course-discovery knows of course runs: "
        "which one of a course is advertised, and whether learners can enroll. The "
        "file replaces what was known of the courses that it names, or nothing at all if it has a mistake."
    )
    kind = "runs"
