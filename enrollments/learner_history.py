"""What a learner's history says of enrollments: from the platform's own versions of their rows."""

from collections import defaultdict
from collections.abc import Iterator

from console.learner_history import LIMIT, Event
from enrollments.defaults.models import CourseEnrollmentHistory
from enrollments.defaults.trail import VERSION, changes
from enrollments.models import CourseOverview


def events(learner, viewer) -> Iterator[Event]:
    """Yield each time that the learner was enrolled in a course run, left it, or changed mode.

    Whoever may open a learner's page sees all of their enrollments, so `viewer` changes nothing.
    """
    rows = CourseEnrollmentHistory.objects.filter(user_id=learner.pk)
    versions = rows.order_by("-history_date", "-pk").values_list("course_id", *VERSION)[:LIMIT]
    by_run = defaultdict(list)
    for course_id, *version in versions:
        if course_id is not None:
            by_run[course_id].append(version)
    names = dict(CourseOverview.objects.filter(pk__in=by_run).values_list("pk", "display_name"))
    for course_id, found in by_run.items():
        for step in changes(found):
            yield _event(step, course_id, names.get(course_id))


def _event(step, course_id, name):
    tone = "success" if step.is_active else "neutral"
    return Event(step.at, step.words, tone, course_id=course_id, course_name=name, by=step.by)
