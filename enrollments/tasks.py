"""Celery's entry points. They take ids and delegate; nothing is decided here."""

from django.utils import timezone

from console.celery import app, worker_name


@app.task(name="lectern.run_realization", acks_late=True)
def run_realization(plan_id: int):
    """Do the next few learners of a realization plan."""
    from enrollments.defaults.realizing import run  # noqa: PLC0415 (it rings these tasks: the import is a circle)

    run.work(plan_id, worker=worker_name())


@app.task(name="lectern.sweep_realizations", expires=60)
def sweep_realizations():
    """Find realization plans that no worker is about to go on with."""
    from enrollments.defaults.realizing import run  # noqa: PLC0415 (as above)

    run.sweep(timezone.now())
