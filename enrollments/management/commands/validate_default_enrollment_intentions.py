"""`manage.py validate_default_enrollment_intentions`, named as the original's."""

from collections import Counter
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.platform import features
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomer
from enrollments.defaults.validation import Finding, validate

MAX_DELAY = 10 * 365 * 24 * 60


class Command(BaseCommand):
    help = (
        "Check every live default enrollment intention: does its key lead to a course run, can learners enroll there, "
        "is it in the customer's catalogs. Prints a line for each finding with its source and age, and fails when an "
        "intention is invalid. Nothing is changed."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--delay-minutes",
            type=int,
            default=30,
            metavar="N",
            help="do not judge catalogs of a customer whose newest membership is younger than this (default 30)",
        )
        parser.add_argument("--unknown", action="store_true", help="count as invalid what is not known, too")

    def handle(self, *args, delay_minutes, unknown, **options):
        if not 0 <= delay_minutes <= MAX_DELAY:
            raise CommandError("--delay-minutes must be between 0 and ten years.")
        try:
            features.require(EnterpriseCustomer, DefaultIntention)
        except features.FeatureOffError as error:
            raise CommandError(str(error)) from error
        totals = self._check_all(timedelta(minutes=delay_minutes), unknown)
        self._sum_up(totals)
        if totals["invalid"]:
            raise CommandError(f"{totals['invalid']} invalid default enrollment intentions found.")

    def _check_all(self, delay, unknown_too):
        totals = Counter()
        for _, reports in validate(timezone.now(), delay):
            for report in reports:
                self._print(report)
            # Each intention counts once for each finding, and once altogether.
            totals.update({report.finding for report in reports})
            totals["checked"] += 1
            totals["invalid"] += any(report.is_invalid or unknown_too for report in reports)
        return totals

    def _print(self, report):
        intention = report.intention
        source = f" [{report.source}]" if report.source else ""
        words = f"{intention.enterprise_customer.name}: {intention.content_key}: {report.finding.label}. {report.why}"
        # Names come from people: one finding is one line.
        self.stdout.write(" ".join(f"{words}{source}".split()))

    def _sum_up(self, totals):
        self.stdout.write(
            f"{totals['checked']} live default enrollment intentions checked, {totals['invalid']} invalid."
        )
        for finding in Finding:
            if totals[finding]:
                self.stdout.write(f"  {totals[finding]} {finding.label}")
