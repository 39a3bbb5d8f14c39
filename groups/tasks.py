"""Celery's entry points. They take ids and delegate; nothing is decided here."""

from django.utils import timezone

from console.celery import app, worker_name


@app.task(name="lectern.run_assignment", acks_late=True)
def run_assignment(bulk_id: int):
    """Do the next few lines of a bulk assignment."""
    from groups.cohorts.bulk import run  # noqa: PLC0415 (it rings these tasks: the import is a circle)

    run.work(bulk_id, worker=worker_name())


@app.task(name="lectern.follow_modes", expires=60)
def follow_modes():
    """Move learners whose mode changed, in course runs with verified-track cohorting."""
    from groups.verified.moves import follow_changes  # noqa: PLC0415 (as above)

    follow_changes(timezone.now())


@app.task(name="lectern.sweep_assignments", expires=60)
def sweep():
    """Find bulk assignments that no worker is about to go on with."""
    from groups.cohorts.bulk import run  # noqa: PLC0415 (as above)

    run.sweep(timezone.now())
