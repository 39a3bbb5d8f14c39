"""A made-up site, part two: course runs in every date situation, and what learners did in them."""

from dataclasses import dataclass
from functools import lru_cache

from django.contrib.auth import get_user_model
from opaque_keys.edx.keys import CourseKey, UsageKey

from console.demo import EVERY_STATUS, INSTRUCTOR_COURSES, MANY_COURSES, Demo, learners
from enrollments.defaults import demo as defaults
from enrollments.models import (
    BlockCompletion,
    CourseEnrollment,
    CourseMode,
    CourseOverview,
    GeneratedCertificate,
    PersistentCourseGrade,
)

ARCHIVE_COURSES = 2500
PASSING = 0.6


@dataclass(frozen=True)
class Course:
    """A demo course run; `start` and `end` are days from now, None where the run has no such date."""

    key: CourseKey
    name: str
    start: float | None = None
    end: float | None = None
    modes: tuple[str, ...] = ("audit", "verified")
    self_paced: bool = False
    exists: bool = True

    @property
    def has_started(self) -> bool:
        return self.start is not None and self.start < 0


def course(key: str, name: str, start: float | None = None, end: float | None = None, **more) -> Course:
    """Return the description of a course run whose key is given as text."""
    return Course(CourseKey.from_string(key), name, start, end, **more)


LONG_NAME = (
    "Introduction to the Comparative History, Theory and Practice of Sustainable Urban Water Management, "
    "Flood Protection and Coastal Engineering in River Deltas of the Global South, with Field Studies from "
    "Bangladesh, Vietnam, Egypt and the Netherlands (Part II: Methods, Models and Participatory Planning)"
)
DATA_SCIENCE = Course(INSTRUCTOR_COURSES[0], "Data Science 101", -75, 240, ("audit", "verified", "masters"))
WRITING = Course(INSTRUCTOR_COURSES[1], "Academic Writing", -45, 210, ("audit", "verified", "honor"))
PHYSICS = course("course-v1:NorthU+PHYS110+SP", "Physics for Everyone", -400, self_paced=True)
BIOLOGY = course("course-v1:Caribe+BIO201+C3", "Marine Biology of the Caribbean", -50, 200)
ROBOTS = course("course-v1:NorthU+AI300+C1", "Artificial Intelligence & Robots", 30, 180)
PHILOSOPHY = course("course-v1:Sofia+PHIL101+C1", "What Is Philosophy?", modes=("audit", "honor"))
HISTORY = course("course-v1:Sofia+HIST150+C9", "A History of the Silk Road", -300, -30)
OLD_KEY = course("NorthU/CS50/Spring", "Computer Science, the Old Way", -800, self_paced=True, modes=("audit", "honor"))
DELTAS = course("course-v1:Sofia+URB480+C2", LONG_NAME, -90, 220, modes=("audit", "verified", "credit"))
CHEMISTRY = course("course-v1:NorthU+CHEM120+C4", "General Chemistry", -1.5, 190, modes=("audit", "verified", "credit"))
STATISTICS = course("course-v1:NorthU+STAT210+C5", "Statistics with R", -120, 230)
STRUCTURES = course("course-v1:Tsing+DSA+SP", "数据结构与算法", -500, self_paced=True)
ARABIC = course("course-v1:Nile+AR100+C6", "مدخل إلى الأدب العربي", -60, 150)
STRATEGY = course(
    "course-v1:NorthU+EXEC700+C2",
    "Leading Through Change",
    -40,
    170,
    modes=("executive-education", "paid-executive-education", "unpaid-executive-education"),
)
BOOTCAMP = course(
    "course-v1:NorthU+BOOT900+C1", "Web Development Bootcamp", -20, 160, modes=("paid-bootcamp", "unpaid-bootcamp")
)
NURSING = course(
    "course-v1:Caribe+NURS300+SP",
    "Wound Care for Nurses",
    -250,
    self_paced=True,
    modes=("professional", "no-id-professional"),
)
LAW = course("course-v1:Sofia+LAW250+C1", "Constitutional Law", -700, -510)
DELETED = course("course-v1:NorthU+GONE101+C1", "(deleted)", -200, exists=False)
COURSES = (
    *(DATA_SCIENCE, WRITING, PHYSICS, BIOLOGY, ROBOTS, PHILOSOPHY, HISTORY, OLD_KEY, DELTAS, CHEMISTRY),
    *(STATISTICS, STRUCTURES, ARABIC, STRATEGY, BOOTCAMP, NURSING, LAW, DELETED),
)
PRICES = {"verified": 149, "professional": 499, "no-id-professional": 399, "credit": 600, "masters": 1200}
MODE_NAMES = {"audit": "Audit", "verified": "Verified Certificate", "no-id-professional": "Professional Education"}


def load(demo: Demo) -> str:
    """Make course runs with modes, enrollments, completions, grades and certificates.

    Returns what was made, in words. Needs the people of `console.demo`.
    """
    CourseOverview.objects.bulk_create(overview(demo, course) for course in COURSES if course.exists)
    CourseMode.objects.bulk_create(_mode(course, slug) for course in COURSES for slug in course.modes)
    _make_archive(demo)
    _enroll_in_everything(demo)
    _enroll_at_random(demo)
    _record_progress(demo)
    customers = defaults.load(demo)
    return (
        f"{CourseOverview.objects.count()} course overviews, {CourseEnrollment.objects.count()} enrollments, "
        f"{BlockCompletion.objects.count()} block completions, {customers}"
    )


@dataclass(frozen=True)
class Unit:
    """A leaf block of a demo course, with the containers that it lies in, outermost first.

    `positions` is the place (from 1) of each container's child on the way to the block: what the
    platform stores as `position` when a learner last looked there.
    """

    key: UsageKey
    containers: tuple[UsageKey, ...]
    positions: tuple[int, ...]


@lru_cache(maxsize=64)
def outline(course_key: CourseKey) -> tuple[Unit, ...]:
    """Return the leaf blocks of a demo course in the learner's order: three chapters, two
    subsections in each, two units in each, a video and a problem or text in each."""
    units = []
    for number in range(12):
        chapter, subsection, unit = number // 4, number // 2, number
        path = (("course", "course"), ("chapter", f"ch{chapter + 1}"), ("sequential", f"seq{subsection + 1}"))
        path = (*path, ("vertical", f"unit{unit + 1}"))
        containers = tuple(course_key.make_usage_key(kind, name) for kind, name in path)
        positions = (chapter + 1, subsection % 2 + 1, unit % 2 + 1)
        for place, kind in enumerate(("video", "problem" if number % 3 else "html")):
            key = course_key.make_usage_key(kind, f"{kind}{unit + 1}")
            units.append(Unit(key, containers, (*positions, place + 1)))
    return tuple(units)


def overview(demo: Demo, course: Course) -> CourseOverview:
    """Return the unsaved course overview of a described run."""
    key = course.key
    return CourseOverview(
        id=key,
        created=demo.ago(900),
        modified=demo.ago(20),
        location=key.make_usage_key("course", "course" if key.deprecated is False else key.run),
        org=key.org,
        display_name=course.name,
        display_number_with_default=key.course,
        display_org_with_default=key.org,
        start=None if course.start is None else demo.ago(-course.start),
        end=None if course.end is None else demo.ago(-course.end),
        self_paced=course.self_paced,
        lowest_passing_grade=PASSING,
        cert_html_view_enabled=True,
        has_any_active_web_certificate=True,
    )


def _mode(course, slug):
    name = MODE_NAMES.get(slug, slug.replace("-", " ").title())
    return CourseMode(course_id=course.key, mode_slug=slug, mode_display_name=name, min_price=PRICES.get(slug, 0))


def _make_archive(demo):
    """Give one learner 2,500 small finished runs: the longest table that a page must bear."""
    learner = get_user_model().objects.get(username=MANY_COURSES)
    courses = [
        course(f"course-v1:Archive+ARC{number:04}+R1", f"Archive course {number:04}", -2000 + number / 2, -300)
        for number in range(1, ARCHIVE_COURSES + 1)
    ]
    CourseOverview.objects.bulk_create(overview(demo, course) for course in courses)
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(
            user=learner,
            course_id=course.key,
            created=demo.ago(demo.random.uniform(310, 900)),
            mode=demo.random.choice(course.modes),
            is_active=demo.random.random() < 0.8,  # noqa: PLR2004
        )
        for course in courses
    )
    graded = demo.random.sample(courses, 400)
    PersistentCourseGrade.objects.bulk_create(_grade(demo, learner.pk, course.key, 300) for course in graded)


def _enroll_in_everything(demo):
    """Enroll one learner in each course run, once without a date of enrollment."""
    learner = get_user_model().objects.get(username=EVERY_STATUS)
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(
            user=learner,
            course_id=course.key,
            mode=course.modes[0],
            created=None if course is LAW else demo.ago(demo.random.uniform(2, 150)),
            is_active=course is not NURSING,
        )
        for course in COURSES
    )


def _enroll_at_random(demo):
    others = learners().exclude(username__in=[EVERY_STATUS, MANY_COURSES]).order_by("pk")
    weights = [4 if course.key in INSTRUCTOR_COURSES else 1 for course in COURSES]
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(
            user=user,
            course_id=course.key,
            mode=demo.random.choice(course.modes),
            created=min(demo.now, max(user.date_joined, demo.ago(demo.random.expovariate(1 / 90)))),
            is_active=demo.random.random() < 0.88,  # noqa: PLR2004
        )
        for user in others
        # Some learners have no course at all.
        for course in dict.fromkeys(demo.random.choices(COURSES, weights, k=demo.random.randint(0, 9)))
    )


def _record_progress(demo):
    """Make completions for most learners of started runs, then grades and certificates from them."""
    courses = {course.key: course for course in COURSES if course.has_started}
    completions, grades, certificates = [], [], []
    enrollments = CourseEnrollment.objects.filter(course_id__in=courses).order_by("pk").select_related("user")
    for enrollment in enrollments:
        passes = _must_pass(enrollment)
        if passes is None and demo.random.random() < 0.25:  # noqa: PLR2004 (enrolled and never came)
            continue
        share = _share_done(demo, passes)
        completions += _completions(demo, enrollment, share, courses[enrollment.course_id])
        last_active = (demo.now - completions[-1].created).total_seconds() / 86400
        grade = _grade(demo, enrollment.user_id, enrollment.course_id, last_active, share)
        grades.append(grade)
        certificates += _certificates(demo, enrollment, grade, courses[enrollment.course_id])
    BlockCompletion.objects.bulk_create(completions, batch_size=500)
    PersistentCourseGrade.objects.bulk_create(grades)
    GeneratedCertificate.objects.bulk_create(certificates)


def _must_pass(enrollment):
    """Say whether the learner has to pass (True), must not (False), or chance decides (None).

    The learner with every reset status passes in one run only: passing hides other statuses.
    """
    if enrollment.user.username != EVERY_STATUS:
        return None
    return enrollment.course_id == ARABIC.key


def _share_done(demo, passes):
    if passes is None:
        return demo.random.betavariate(1, 2.2)
    return 1.0 if passes else demo.random.uniform(0.3, PASSING - 0.01)


def _completions(demo, enrollment, share, course):
    """Yield completions of the first `share` of the run, spread between enrollment and the run's end."""
    units = outline(enrollment.course_id)
    reached = units[: max(1, round(len(units) * share))]
    first = enrollment.created or demo.ago(600)
    # Not after the end, and not before the enrollment: some enrolled late, some long ago.
    end = demo.now if course.end is None else min(demo.now, demo.ago(-course.end))
    span = max(end - first, (demo.now - first) / 2) * demo.random.uniform(0.2, 0.98)
    for place, unit in enumerate(reached, start=1):
        when = first + span * place / len(reached)
        yield BlockCompletion(
            created=when,
            modified=when,
            user_id=enrollment.user_id,
            context_key=enrollment.course_id,
            block_key=unit.key,
            block_type=unit.key.block_type,
            completion=1.0 if place < len(reached) else demo.random.choice([0.0, 1.0]),
        )


def _grade(demo, user_id, course_key, days_ago, share=None):
    """Return an unsaved course grade; a passing one has a letter and the moment of passing."""
    share = demo.random.random() if share is None else share
    percent = round(min(1.0, share * demo.random.uniform(0.75, 1.0)), 2)
    passed = percent >= PASSING
    when = demo.ago(days_ago)
    return PersistentCourseGrade(
        created=when,
        modified=when,
        user_id=user_id,
        course_id=course_key,
        course_version=f"{demo.random.getrandbits(96):024x}",
        grading_policy_hash="Lr1sYkKmQpGJQ0vTn3oT0vZPqjM=",
        percent_grade=percent,
        letter_grade="Pass" if passed else "",
        passed_timestamp=when if passed else None,
    )


def _certificates(demo, enrollment, grade, course):
    """Yield the certificate row that the platform would have made, if any."""
    passed, audit = bool(grade.letter_grade), enrollment.mode == "audit"
    if not passed and not (course.end and course.end < 0):
        return
    if audit:
        status = "audit_passing" if passed else "audit_notpassing"
    else:
        status = demo.random.choice(["downloadable"] * 5 + ["unverified", "invalidated"]) if passed else "notpassing"
    yield GeneratedCertificate(
        user_id=enrollment.user_id,
        course_id=enrollment.course_id,
        verify_uuid=f"{demo.random.getrandbits(128):032x}" if status == "downloadable" else "",
        grade=str(grade.percent_grade),
        status=status,
        mode=enrollment.mode[:32],
        created_date=grade.modified,
        modified_date=grade.modified,
    )
