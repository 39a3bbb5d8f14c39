"""Analytics events in Open edX's tracking-log layout, one JSON document a line.

The platform sends none for a course reset; reports would take the emptied course for lost data.
Fields as the LMS writes them: common/djangoapps/track, "server" events.
"""

import json
import logging

from django.db import transaction
from django.utils import timezone
from structlog import contextvars

logger = logging.getLogger("tracking")


def emit(name: str, *, actor, learner_id: int | None, course_key, data: dict) -> None:
    """Write one event after the current transaction is committed.

    Args:
        name: dotted event name; one that the LMS does not know starts with `lectern.`.
        actor: the person who caused it.
        learner_id: the learner whom it is about (`context.user_id`, as in the LMS); None when it is about many.
        course_key: the course run.
        data: the event's own fields; values must be JSON.
    """
    context = {"course_id": str(course_key), "org_id": course_key.org, "user_id": learner_id, "path": ""}
    document = {
        "name": name,
        "event_type": name,
        "event_source": "server",
        "time": timezone.now().isoformat(),
        "username": actor.get_username(),
        "context": context,
        "event": {**data, "request_id": contextvars.get_contextvars().get("request_id", "")},
        "ip": "",
        "agent": "",
        "host": "",
        "referer": "",
        "accept_language": "",
        "session": "",
        "page": None,
    }
    transaction.on_commit(lambda: logger.info(json.dumps(document, ensure_ascii=False)))
