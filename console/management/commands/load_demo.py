"""Fill an empty embedded database with a made-up site."""

import time
from importlib import import_module
from random import Random

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from console import crowd
from console.demo import EVERY_STATUS, PASSWORD, SIGN_INS, SUPPORT, Demo
from console.platform import OWN_PREFIX, uses_existing_tables

CHUNK = 20_000
SEED = 331


class Command(BaseCommand):
    help = (
        "Fill an empty embedded database with a made-up site: people, course runs, progress and course resets. "
        "It makes sign-ins, an admin among them, whose password is public: use it for trials only. It therefore "
        "refuses tables of an LMS and a database that has users of its own. A second run changes nothing. "
        "With --learners, further learners are added, up to a million and more, for measuring."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--learners",
            type=int,
            default=0,
            metavar="N",
            help="have N generated learners beside the hand-made ones, each with five enrollments",
        )

    def handle(self, *args, learners, **options):
        if learners < 0:
            raise CommandError("--learners must not be negative.")
        if uses_existing_tables():
            raise CommandError("Demo data does not go into an LMS database (LECTERN_PLATFORM_TABLES=existing).")
        if _is_loaded():
            self.stdout.write("Demo data is already there; it was not changed.")
        elif get_user_model().objects.exists():
            raise CommandError("This database has users of its own; demo data goes into an empty one only.")
        else:
            self._load()
        if learners:
            self._add_crowd(learners)

    @transaction.atomic
    def _load(self):
        demo = Demo(timezone.now(), Random(SEED))  # noqa: S311 (data that looks alive, not secrets)
        for module in _parts("demo"):
            self.stdout.write(f"Made {module.load(demo)}.")
        self.stdout.write("\nDemo sign-ins:")
        for username, role in SIGN_INS.items():
            self.stdout.write(f"  {username:<11} {PASSWORD}   {role}")

    def _add_crowd(self, wanted):
        parts = _parts("crowd")
        present = crowd.size()
        if present >= wanted:
            self.stdout.write(f"There are {present:,} generated learners already; nothing was added.")
            return
        crowd.prepare()
        for part in parts:
            part.start(timezone.now())
        progress = Progress(self.stdout, present, wanted)
        for chunk in crowd.chunks(wanted - present, CHUNK):
            # All or nothing, so that an interrupted run can be continued by running it again.
            with transaction.atomic():
                progress.add(chunk.size, sum(part.grow(chunk) for part in parts))
        crowd.finish()
        progress.finish()


class Progress:
    """Says how far a long run is: a line at most every two seconds, and one at the end."""

    def __init__(self, out, present, wanted):
        self.out, self.present, self.wanted = out, present, wanted
        self.rows = 0
        self.started = self.said = time.monotonic()

    def add(self, learners, rows):
        """Count `learners` more, for which `rows` rows were written in all tables."""
        self.present += learners
        self.rows += rows
        if time.monotonic() - self.said >= 2:  # noqa: PLR2004
            self.said = time.monotonic()
            self.out.write(f"  {self.present:,} of {self.wanted:,} learners ({self._percent()} %), {self._speed()}")
            self.out.flush()

    def finish(self):
        """Say what was done altogether."""
        seconds = time.monotonic() - self.started
        self.out.write(
            f"{self.present:,} generated learners; {self.rows:,} rows in {seconds:,.0f} s ({self._speed()})."
        )

    def _percent(self):
        return 100 * self.present // self.wanted

    def _speed(self):
        return f"{self.rows / max(time.monotonic() - self.started, 0.001):,.0f} rows/s"


def _is_loaded():
    """Say whether the made-up people are there: two names that no site has by chance."""
    emails = [f"{username}@example.com" for username in (SUPPORT, EVERY_STATUS)]
    return get_user_model().objects.filter(email__in=emails).count() == len(emails)


def _parts(name):
    """Return the modules called `name` of Lectern's installed apps, in the order of INSTALLED_APPS."""
    ours = [app for app in apps.get_app_configs() if app.label.startswith(OWN_PREFIX)]
    return [import_module(f"{app.name}.{name}") for app in ours if module_has_submodule(app.module, name)]
