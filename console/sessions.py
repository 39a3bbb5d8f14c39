"""Database sessions in a table of our own (`lectern_console_session`)."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Django's database session store on `StaffSession`."""

    @classmethod
    def get_model_class(cls):
        from console.models import StaffSession  # noqa: PLC0415 (settings load this module first)

        return StaffSession
