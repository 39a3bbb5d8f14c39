"""`manage.py reset_coverage`: which tables of learner state a reset knows."""

from django.core.management.base import BaseCommand, CommandError

from resets.coverage import coverage


class Command(BaseCommand):
    help = "List every table of the connected database that holds rows per learner and course, with its owner."

    def add_arguments(self, parser):
        parser.add_argument(
            "--fail-on-unknown", action="store_true", help="Exit with status 1 when a table has no owner."
        )

    def handle(self, *args, **options):
        findings = coverage()
        width = max((len(finding.table) for finding in findings), default=0)
        for finding in findings:
            owner = finding.owner or f"(by {finding.found_by})"
            self.stdout.write(f"{finding.answer:8} {finding.table:{width}}  {owner}")
        unknown = [finding.table for finding in findings if finding.is_unknown]
        self.stdout.write(f"{len(findings)} tables, {len(unknown)} unknown.")
        if unknown and options["fail_on_unknown"]:
            raise CommandError(f"No owner knows {', '.join(unknown)}: a reset leaves them as they are.")
