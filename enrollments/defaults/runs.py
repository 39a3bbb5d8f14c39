"""Course runs of a course: which one is advertised, and can a learner enroll.

The original asks another service. Here the answer comes from an import (`RunFact`); where there is
none, it is estimated from course overviews, and says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Count, Q
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.keys import course_of
from enrollments.defaults.models import Origin, RunFact
from enrollments.models import CourseEnrollment, CourseOverview

# Courses looked for by one statement: SQLite refuses a condition of more than a thousand parts.
COURSES_AT_ONCE = 200
NOTHING_KNOWN = "Nothing is known about this course run: no import names it, and it has no course overview."


@dataclass(frozen=True)
class Run:
    """A course run as far as it is known.

    Attributes:
        is_enrollable: None when nothing is known.
        why_not: a sentence, when it is not enrollable or not known to be.
        origin: where this comes from; None when nothing is known.
        fetched_at: when it was true; an estimate is made now and has no age.
    """

    key: CourseKey
    title: str = ""
    is_advertised: bool = False
    is_enrollable: bool | None = None
    why_not: str = NOTHING_KNOWN
    origin: Origin | None = None
    fetched_at: datetime | None = None
    enroll_start: datetime | None = None
    enroll_by: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class CourseRuns:
    """The runs of one course; `advertised` is the one that it is offered with now.

    `problem` says why there is none.
    """

    runs: tuple[Run, ...] = ()
    advertised: Run | None = None
    problem: str = "Nothing is known about this course: no import names it, and no run of it has a course overview."
    by_key: dict[str, Run] = field(default_factory=dict)

    def find(self, run_key: CourseKey) -> Run:
        """Return the run with this key, whatever its letter case, or one of which nothing is known."""
        return self.by_key.get(str(run_key).lower()) or Run(run_key)


def runs_of(courses: Iterable[str], now: datetime) -> dict[str, CourseRuns]:
    """Return the runs of each course (`course_of` a key), with three queries for up to 200 of them."""
    courses = set(courses)
    imported, estimated = _imported(courses, now), _estimated(courses, now)
    return {course: _course_runs(imported[course], estimated[course], now) for course in courses}


def _course_runs(imported, estimated, now):
    by_key = {str(run.key).lower(): run for run in (*estimated, *imported)}
    if not by_key:
        return CourseRuns()
    runs = tuple(sorted(by_key.values(), key=lambda run: str(run.key)))
    if imported:
        advertised = max((run for run in imported if run.is_advertised), key=lambda run: run.fetched_at, default=None)
        problem = "" if advertised else "The import says that no run of this course is advertised."
    else:
        advertised = _likely_advertised(estimated, now)
        problem = "" if advertised else "No run of this course is open or about to open (estimated)."
    return CourseRuns(runs, advertised, problem, by_key)


# --- Imported --------------------------------------------------------------------------------


def _imported(courses, now):
    found = defaultdict(list)
    for fact in RunFact.objects.filter(course_key__in=courses):
        found[fact.course_key].append(_from_fact(fact, now))
    return found


def _from_fact(fact, now):
    closed = _by_dates(now, fact.enroll_start, fact.enroll_by, fact.end)
    if not fact.is_enrollable and not closed:
        closed = "It was closed for enrollment when this was noted."
    # The flag was true at its time; a date that has passed since counts more.
    is_enrollable = fact.is_enrollable and not closed
    return Run(
        key=fact.run_key,
        title=fact.title,
        is_advertised=fact.is_advertised,
        is_enrollable=is_enrollable,
        why_not=closed,
        origin=Origin(fact.origin),
        fetched_at=fact.fetched_at,
        enroll_start=fact.enroll_start,
        enroll_by=fact.enroll_by,
        start=fact.start,
        end=fact.end,
    )


def _by_dates(now, enroll_start, enroll_by, end):
    if end is not None and end < now:
        return f"The run ended on {_day(end)}."
    if enroll_by is not None and enroll_by < now:
        return f"Enrollment closed on {_day(enroll_by)}."
    if enroll_start is not None and enroll_start > now:
        return f"Enrollment opens on {_day(enroll_start)}."
    return ""


def _day(moment):
    return f"{moment.astimezone(UTC):%-d %B %Y}"


# --- Estimated -------------------------------------------------------------------------------


def _estimated(courses, now):
    """Return what course overviews say: runs of a course are those whose keys begin with it."""
    found = defaultdict(list)
    courses = sorted(courses)
    parts = [courses[start : start + COURSES_AT_ONCE] for start in range(0, len(courses), COURSES_AT_ONCE)]
    overviews = [overview for part in parts for overview in _overviews(part)]
    enrolled = _enrolled([each.id for each in overviews if each.max_student_enrollments_allowed is not None])
    for overview in overviews:
        found[course_of(str(overview.id))].append(_from_overview(overview, enrolled.get(overview.id, 0), now))
    return found


def _overviews(courses):
    condition = Q()
    for course in courses:
        org, _, number = course.partition("+")
        condition |= Q(id__istartswith=f"course-v1:{course}+") | Q(id__istartswith=f"{org}/{number}/")
    return CourseOverview.objects.filter(condition).only(
        "display_name",
        "start",
        "end",
        "enrollment_start",
        "enrollment_end",
        "invitation_only",
        "visible_to_staff_only",
        "max_student_enrollments_allowed",
    )


def _enrolled(run_keys):
    """Return how many are enrolled in runs that have a limit. The LMS leaves staff out; this does not."""
    if not run_keys:
        return {}
    active = CourseEnrollment.objects.filter(course_id__in=run_keys, is_active=True)
    return dict(active.values_list("course_id").annotate(Count("id")).order_by())


def _from_overview(overview, enrolled, now):
    closed = _by_dates(now, overview.enrollment_start, overview.enrollment_end, overview.end)
    limit = overview.max_student_enrollments_allowed
    if not closed and overview.visible_to_staff_only:
        closed = "Only course staff can see the run."
    if not closed and overview.invitation_only:
        closed = "Enrollment is by invitation only."
    if not closed and limit is not None and enrolled >= limit:
        closed = f"The run is full: {enrolled:,} of {limit:,} places are taken."
    return Run(
        key=overview.id,
        title=overview.display_name or "",
        is_enrollable=not closed,
        why_not=closed,
        origin=Origin.ESTIMATED,
        enroll_start=overview.enrollment_start,
        enroll_by=overview.enrollment_end,
        start=overview.start,
        end=overview.end,
    )


def _likely_advertised(runs, now):
    """Return the open run that starts latest, else the one that opens next."""
    far = datetime.max.replace(tzinfo=UTC)
    opened = [run for run in runs if run.is_enrollable]
    if opened:
        return max(opened, key=lambda run: (run.start or datetime.min.replace(tzinfo=UTC), str(run.key)))
    coming = [run for run in runs if run.enroll_start and run.enroll_start > now]
    return min(coming, key=lambda run: (run.enroll_start or far, str(run.key)), default=None)
