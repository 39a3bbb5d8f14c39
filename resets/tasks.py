"""Celery's entry points. They take ids and delegate; nothing is decided here."""

from console.celery import app, worker_name

MAIL_RETRIES = 5


@app.task(name="lectern.run_reset", acks_late=True)
def run_reset(audit_id: int):
    """Do one enqueued reset."""
    from resets import actions  # noqa: PLC0415 (actions ring these tasks: the import is a circle)
    from resets.bulk import queue, run  # noqa: PLC0415 (as above)

    actions.run_reset(audit_id, worker=worker_name())
    bulk_id = run.settle(audit_id)
    if bulk_id:
        queue.QUEUE.finish(bulk_id)


@app.task(name="lectern.run_bulk", acks_late=True)
def run_bulk(bulk_id: int):
    """Do the next few learners of a bulk reset."""
    from resets.bulk import run  # noqa: PLC0415 (it rings these tasks: the import is a circle)

    run.work(bulk_id, worker=worker_name())


@app.task(name="lectern.mail_learner", autoretry_for=(OSError,), retry_backoff=5, max_retries=MAIL_RETRIES)
def mail_learner(audit_id: int):
    """Send the learner's e-mail of one completed reset; retried when the mail server is away."""
    from resets import mail  # noqa: PLC0415 (keeps the import of models out of task discovery)

    mail.send_reset_mail(audit_id)


@app.task(name="lectern.mail_undo", autoretry_for=(OSError,), retry_backoff=5, max_retries=MAIL_RETRIES)
def mail_undo(audit_id: int):
    """Send the learner's e-mail of one undone reset; retried when the mail server is away."""
    from resets import mail  # noqa: PLC0415 (keeps the import of models out of task discovery)

    mail.send_undo_mail(audit_id)


@app.task(name="lectern.verify_reset")
def verify_reset(audit_id: int):
    """Look a second time at one completed reset."""
    from resets import verification  # noqa: PLC0415 (keeps the import of models out of task discovery)

    verification.verify(audit_id)


@app.task(name="lectern.sweep_resets", expires=60)
def sweep():
    """Find resets that no worker is about to do."""
    from resets import sweeper  # noqa: PLC0415 (the sweeper rings these tasks)

    sweeper.sweep()


@app.task(name="lectern.purge_archives", expires=3600)
def purge():
    """Delete archives and typed lists past their retention time."""
    from resets import retention  # noqa: PLC0415 (keeps the import of models out of task discovery)

    retention.purge_archives()
    retention.forget_typed()
