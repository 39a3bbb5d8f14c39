"""Pages that agents wait for, against a stock Django admin and against bare views of the same rows.

All of them pass the same middleware (session, roles, policy headers), so what is compared is the
page itself: queries, table, template.
"""

from django.contrib.auth import get_user_model
from django.test import Client

from console.crowd import MAIL_HOST
from console.demo import ADMIN, MANY_COURSES
from enrollments.models import CourseEnrollment
from tests.benchmarks._measure import Comparison, database, options, report, side_by_side, stopwatch
from tests.benchmarks._urls import ROWS

STOCK_ENROLLMENTS = "/stock/lectern_enrollments/courseenrollment/?user__id__exact={}"
STOCK_RESETS = "/stock/lectern_resets/courseresetaudit/"
STOCK_LEARNERS = "/stock/auth/user/?q={}"
# The beginning of one name, and of so many that the search stops at its limit.
RARE, FREQUENT = "amina.y", "a"

# "A small factor" of the design, as limits: a stock admin shows six columns and no filters, a bare
# view has no shell, no filters and eight columns; the last one shows as much as our table does.
STOCK, BARE, BARE_FACTS = 3, 10, 5


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
    full = f"/learners/{full_page().username}/courses/"
    lines = []
    for shown, person in (("25 of 2,500", learner(MANY_COURSES)), ("all of 5", crowd_member())):
        ours = f"/learners/{person.username}/courses/"
        lines += [
            visitor.compare(f"courses tab, {shown} : stock admin", ours, STOCK_ENROLLMENTS.format(person.pk), STOCK),
            visitor.compare(f"courses tab, {shown} : bare view", ours, f"/bare/enrollments/{person.pk}/", BARE),
            visitor.compare(f"courses tab, {shown} : bare, all facts", ours, f"/bare/facts/{person.pk}/", BARE_FACTS),
        ]
    many = f"/learners/{MANY_COURSES}/courses/"
    return [*lines, visitor.compare("courses tab, 25 of 2,500 : 25 of 25", many, full, 1.5)]


def lists(visitor: Visitor) -> list[Comparison]:
    """Compare the list of resets and the learner search over everybody."""
    found = "/learners/?all=1&q={}"
    return [
        visitor.compare("all resets : stock admin", "/resets/", STOCK_RESETS, STOCK),
        visitor.compare("all resets : bare view", "/resets/", "/bare/resets/", BARE),
        *(
            visitor.compare(f"search “{text}” : stock admin", found.format(text), STOCK_LEARNERS.format(text), STOCK)
            for text in (RARE, FREQUENT)
        ),
    ]


def learner(username: str):
    """Return the account with this username."""
    return get_user_model().objects.get(username=username)


def crowd_member():
    """Return the last generated learner, who has five enrollments."""
    return get_user_model().objects.filter(email__endswith=f"@{MAIL_HOST}").latest("pk")


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
