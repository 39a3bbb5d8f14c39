"""Pages that agents wait for, against a stock Django admin and against bare views of the same rows.

All of them pass the same middleware (session, roles, policy headers), so what is compared is the
page itself: queries, table, template.
"""

from django.contrib.auth import get_user_model
from django.test import Client

from console.demo import ADMIN, MANY_COURSES
from enrollments.models import CourseEnrollment
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch
from tests.benchmarks._urls import ROWS

STOCK_ENROLLMENTS = "/stock/lectern_enrollments/courseenrollment/?user__id__exact={}"
STOCK_RESETS = "/stock/lectern_resets/courseresetaudit/"
STOCK_LEARNERS = "/stock/auth/user/?q={}"


def main() -> None:
    """Load the data, time the pages, print the table."""
    given = options(__doc__)
    with database(given.learners):
        visitor = Visitor(given.runs)
        report("Pages", [*learner_pages(visitor), *lists(visitor)])


class Visitor:
    """A signed-in admin who opens two pages in turn and compares the times."""

    def __init__(self, runs: int):
        self.runs = runs
        self.client = Client(headers={"host": "localhost"})
        admin = get_user_model().objects.get(username=ADMIN)
        self.client.force_login(admin, backend="console.auth.StaffBackend")

    def compare(self, what: str, ours: str, other: str, limit: float) -> Comparison:
        """Return how long `ours` takes beside `other` (two addresses)."""
        times = side_by_side(lambda: self.open(ours), lambda: self.open(other), runs=self.runs)
        return Comparison(what, *times, limit)

    def open(self, address: str) -> float:
        """Return the seconds until the whole page is there."""
        return stopwatch(self._get, address)

    def _get(self, address):
        response = self.client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")


def learner_pages(visitor: Visitor) -> list[Comparison]:
    """Compare the courses tab of a learner with 2,500 enrollments and of one with five."""
    many, few, page = learner(MANY_COURSES), crowd_member(), full_page()
    courses = "/learners/{}/courses/"
    return [
        visitor.compare(
            "courses tab, 25 of 2,500 : stock admin",
            courses.format(many.username),
            STOCK_ENROLLMENTS.format(many.pk),
            2,
        ),
        visitor.compare(
            "courses tab, 25 of 2,500 : bare view",
            courses.format(many.username),
            f"/bare/enrollments/{many.pk}/",
            5,
        ),
        visitor.compare(
            "courses tab, all of 5 : stock admin", courses.format(few.username), STOCK_ENROLLMENTS.format(few.pk), 2
        ),
        visitor.compare(
            "courses tab, all of 5 : bare view", courses.format(few.username), f"/bare/enrollments/{few.pk}/", 5
        ),
        visitor.compare(
            "courses tab, 25 of 2,500 : 25 of 25", courses.format(many.username), courses.format(page.username), 1.5
        ),
    ]


def lists(visitor: Visitor) -> list[Comparison]:
    """Compare the list of resets and the learner search over everybody."""
    frequent, rare = "a", "amina.y"
    return [
        visitor.compare("all resets : stock admin", "/resets/", STOCK_RESETS, 2),
        visitor.compare("all resets : bare view", "/resets/", "/bare/resets/", 5),
        visitor.compare(f"search “{rare}” : stock admin", f"/learners/?q={rare}&all=1", STOCK_LEARNERS.format(rare), 1),
        visitor.compare(
            f"search “{frequent}” : stock admin", f"/learners/?q={frequent}&all=1", STOCK_LEARNERS.format(frequent), 2
        ),
    ]


def learner(username: str):
    """Return the account with this username."""
    return get_user_model().objects.get(username=username)


def crowd_member():
    """Return the last generated learner, who has five enrollments."""
    return get_user_model().objects.latest("pk")


def full_page():
    """Return a new learner whose enrollments fill one page: copies of the first of `MANY_COURSES`."""
    user = get_user_model().objects.create(username="full.page", email="full.page@example.com")
    originals = CourseEnrollment.objects.filter(user__username=MANY_COURSES).order_by("course_id")[:ROWS]
    CourseEnrollment.objects.bulk_create(
        CourseEnrollment(
            user=user, course_id=row.course_id, created=row.created, is_active=row.is_active, mode=row.mode
        )
        for row in originals
    )
    return user


if __name__ == "__main__":
    main()
