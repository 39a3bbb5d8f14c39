"""Demo teams of one course: the LMS makes and fills them, Lectern shows them and lets a reset leave them."""

from console.demo import Demo
from enrollments.demo import DATA_SCIENCE
from enrollments.models import CourseEnrollment
from groups.models import CourseTeam, CourseTeamMembership

NAMES = ("Outliers", "Null Hypotheses", "Random Foresters")
SIZE = 4
TEAM_SET = "project"


def load(demo: Demo) -> str:
    """Make teams with members; returns what was made, in words."""
    enrolled = CourseEnrollment.objects.filter(course_id=DATA_SCIENCE.key, is_active=True).order_by("-pk")
    # Those each show one thing, and nothing else.
    enrolled = enrolled.exclude(user__username__startswith="why.").exclude(user__username__startswith="default.")
    members = demo.random.sample(list(enrolled.values_list("user_id", flat=True)), len(NAMES) * SIZE)
    for number, name in enumerate(NAMES):
        _make(demo, name, members[number * SIZE : (number + 1) * SIZE])
    return f"{len(NAMES)} teams"


def _make(demo, name, user_ids):
    key = name.lower().replace(" ", "-")
    team = CourseTeam.objects.create(
        team_id=key,
        discussion_topic_id=f"team-{key}",
        name=name,
        course_id=DATA_SCIENCE.key,
        topic_id=TEAM_SET,
        date_created=demo.ago(60),
        description="A project of the course, done together",
        last_activity_at=demo.ago(2),
        team_size=len(user_ids),
    )
    CourseTeamMembership.objects.bulk_create(
        CourseTeamMembership(user_id=user_id, team=team, date_joined=demo.ago(50), last_activity_at=demo.ago(2))
        for user_id in user_ids
    )
