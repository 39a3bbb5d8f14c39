"""Resets under fire: start them steadily, kill what does them, and look at what is left.

Run as a process of its own, with the environment of an installation (tests/faults/installations.py).
"""

import argparse
import random
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402 (needs the app registry, as do the next)
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from resets import actions  # noqa: E402
from resets.models import CourseResetAudit, ResetJob  # noqa: E402
from tests.faults import faults, learners  # noqa: E402

RESETS_PER_FAULT = 4
# A fault that is no kill comes after this many kills.
KILLS_PER_OTHER = 4
CUTS = 5
Status = CourseResetAudit.Status
UNFINISHED = (Status.ENQUEUED, Status.IN_PROGRESS)


def main():
    """Return 0 when nothing was lost; an assertion says what was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed or random.randrange(10**6)
    random.seed(seed)
    _say(f"{connection.vendor}, {settings.CELERY_BROKER_URL}, seed {seed}")
    Scenario(options.kills).run()
    return 0


class Scenario:
    """One run of resets under faults."""

    def __init__(self, kills):
        self.kills = kills
        self.killed = self.others = self.cut = 0
        self.last_fault = timezone.now()
        self.processes, self.broker = faults.surroundings()
        self.enrollments, self.agent = learners.create(kills * RESETS_PER_FAULT + kills)
        self.before = learners.snapshot()
        # Some learners are never reset: they lose nothing either.
        self.waiting = [enrollment.pk for enrollment in self.enrollments[: kills * RESETS_PER_FAULT]]

    def run(self):
        """Fire, let it settle, check, report."""
        self.broker.start()
        try:
            self._fire()
            faults.wait_for(self._is_over, "the last reset", patience=180)
        finally:
            self._stop()
        totals = learners.check(self.enrollments, self.before, self.agent)
        self._report(totals)

    def _fire(self):
        while self.killed < self.kills:
            self._enqueue()
            faults.wait_for(self._is_at_work, "a worker that takes a reset")
            # A reset takes some hundredths of a second: half of the kills aim at one.
            time.sleep(random.uniform(0, random.choice([0.03, 0.3])))
            random.choice(self.processes.ways_to_kill)()
            self._fault_is_over()
            self.killed += 1
            if self.killed % KILLS_PER_OTHER == 0:
                self._other_fault()

    def _enqueue(self):
        for _ in range(min(RESETS_PER_FAULT, len(self.waiting))):
            self._start(self.waiting.pop(0))

    def _start(self, enrollment_id):
        actions.start_reset(enrollment_id=enrollment_id, memo="Under fire", actor=self.agent)

    def _other_fault(self):
        """Lose the broker; and where the database is a server, hang up on the workers."""
        self.others += 1
        self.broker.fail()
        self._fault_is_over()
        if connection.vendor != "sqlite":
            self._cut_connections()

    def _cut_connections(self):
        """Hang up on whoever is connected, several times while resets run."""
        self._enqueue()
        faults.wait_for(self._is_at_work, "a worker that takes a reset")
        for _ in range(CUTS):
            self.cut += faults.wait_for(self._hang_up, "a connection to cut")
            time.sleep(random.uniform(0, 0.1))

    def _hang_up(self):
        self._supervise()
        return faults.cut_database_connections()

    def _supervise(self):
        for celery in self.processes.celeries:
            celery.start()

    def _fault_is_over(self):
        self.last_fault = timezone.now()

    def _is_at_work(self):
        """Say whether a worker has taken a reset since the last fault, so that it is up again."""
        self._supervise()
        return ResetJob.objects.filter(started_at__gt=self.last_fault).exists() or not self._count(*UNFINISHED)

    def _is_over(self):
        self._supervise()
        return not self._count(*UNFINISHED)

    def _count(self, *statuses):
        return CourseResetAudit.objects.filter(status__in=statuses).count()

    def _stop(self):
        for celery in self.processes.celeries:
            celery.stop()
        self.broker.stop()

    def _report(self, totals):
        jobs = list(ResetJob.objects.select_related("audit"))
        waits = [job.finished_at - job.audit.created for job in jobs]
        again = sum(job.attempts for job in jobs) - len(jobs)
        _say(
            f"{self.killed} kills ({again} resets had to begin again), {self.others} lost brokers, "
            f"{self.cut} database connections cut; {sum(totals.values())} resets: {totals[Status.COMPLETE]} complete, "
            f"{totals[Status.FAILED]} failed with a reason; longest wait {max(waits).total_seconds():.0f} s"
        )


def _say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
