"""A bulk reset of learners with a little state, by one worker process and by two.

The workers are Celery's, with a folder for a broker, and they send the learners' e-mails (into a
folder) while they reset. Timed is what an agent waits for: from the confirmation to the last
learner. SQLite lets one process write at a time, so a second one helps there a little only.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from console.demo import SUPPORT
from enrollments.models import BlockCompletion, CourseEnrollment, PersistentCourseGrade
from resets.bulk import actions
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.parse import Line
from resets.bulk.plan import make_draft
from resets.models import ResetJob, StudentModule
from tests import factories
from tests.benchmarks._measure import Comparison, database, options, report

LEARNERS, WARM_UP = 200, 40
BLOCKS = 5
TURNS = 2
PATIENCE = 120
RUN = CourseKey.from_string("course-v1:Bench+Bulk+One")


def main() -> None:
    """Load the data, let one and two workers take turns, print the table."""
    given = options(__doc__)
    with database(given.learners):
        factories.OptInFactory(course=factories.CourseOverviewFactory(id=RUN))
        rounds = [[reset_by(workers) for workers in (1, 2)] for _ in range(TURNS)]
        one, two = (median(times) for times in zip(*rounds, strict=True))
        title = f"A reset in a bulk reset: {1 / one:.0f} a second by one worker, {1 / two:.0f} by two"
        report(title, [Comparison("each reset, two workers : one worker", two, one)])


def reset_by(workers: int) -> float:
    """Return the seconds for each reset when so many worker processes share a bulk reset."""
    with started(workers):
        at_work = set()
        while len(at_work) < workers:
            at_work |= workers_of(finished(WARM_UP))
        bulk = finished(LEARNERS)
    if BulkItem.objects.filter(bulk=bulk, state=BulkItem.State.DONE).count() != LEARNERS:
        raise RuntimeError("Not every learner was reset")
    return (bulk.finished_at - bulk.confirmed_at).total_seconds() / LEARNERS


@contextmanager
def started(workers: int):
    """Run worker processes on the database at hand; end them afterwards."""
    command = [sys.executable, "-m", "celery", "-A", "console", "worker", "--pool", "solo", "--hostname"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "console.settings", "DATABASE_URL": address()}
    with (settings.DATA_DIR / "workers.log").open("a") as log:
        processes = [
            subprocess.Popen(
                [*command, f"bench{number}@%h"], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
            )
            for number in range(workers)
        ]
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(PATIENCE)


def address() -> str:
    """Return the URL of the database at hand."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def finished(count: int) -> BulkReset:
    """Return a bulk reset of `count` new learners once it is finished and all their e-mails are sent."""
    agent = get_user_model().objects.get(username=SUPPORT)
    lines = [Line(number, username) for number, username in enumerate(make_learners(count), 1)]
    bulk = make_draft(lines=lines, course_key=RUN, memo="Benchmark", actor=agent)
    actions.confirm(bulk_id=bulk.pk, actor=agent)
    wait_for(lambda: BulkReset.objects.filter(pk=bulk.pk).exclude(finished_at=None).exists())
    wait_for(lambda: not ResetJob.objects.filter(mailed_at=None, audit__course__course_id=RUN).exists())
    bulk.refresh_from_db()
    return bulk


def wait_for(condition) -> None:
    """Return when the condition is true; looking is rare, so that it takes no time from the workers."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError((settings.DATA_DIR / "workers.log").read_text()[-2000:] or "The workers do nothing")
        time.sleep(0.2)


def workers_of(bulk: BulkReset) -> set[str]:
    """Return the processes that did its resets (their claims are named host:process:number)."""
    claims = ResetJob.objects.filter(audit__in=BulkItem.objects.filter(bulk=bulk).values("audit"))
    return {worker.rpartition(":")[0] for worker in claims.values_list("worker", flat=True)}


@transaction.atomic
def make_learners(count: int) -> list[str]:
    """Make enrolled learners with a few block states, completions and a grade; return their usernames."""
    people = get_user_model()
    first = people.objects.count()
    names = [f"bench.bulk{number}" for number in range(first, first + count)]
    people.objects.bulk_create(people(username=name, email=f"{name}@example.com", password="!") for name in names)
    now = timezone.now()
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(user=user, course_id=RUN, created=now, is_active=True, mode="audit")
        for user in people.objects.filter(username__in=names)
    )
    for user_id in people.objects.filter(username__in=names).values_list("pk", flat=True):
        _give_state(user_id, {"created": now, "modified": now})
    return names


def _give_state(user_id, dates):
    keys = [RUN.make_usage_key("problem", f"block{number}") for number in range(BLOCKS)]
    StudentModule.objects.bulk_create(
        StudentModule(student_id=user_id, course_id=RUN, module_state_key=key, state='{"done": 1}', **dates)
        for key in keys
    )
    BlockCompletion.objects.bulk_create(
        BlockCompletion(user_id=user_id, context_key=RUN, block_key=key, block_type="problem", completion=1.0, **dates)
        for key in keys
    )
    PersistentCourseGrade.objects.create(user_id=user_id, course_id=RUN, percent_grade=0.2, **dates)


if __name__ == "__main__":
    main()
