"""The pages of learner groups, as those who manage a course run and the instructors of one group use them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from groups.learner_groups import actions
from groups.learner_groups.actions import Details, details_of, fingerprint
from groups.models import CourseUserGroup, ExclusiveMembership, GroupMember
from tests import factories

pytestmark = pytest.mark.django_db
RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
HTMX = {"HTTP_HX_REQUEST": "true"}
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def instructor():
    factories.CourseOverviewFactory(id=RUN, display_name="Mining")
    return factories.course_staff(RUN)


@pytest.fixture
def client(client_of, instructor):
    return client_of(instructor)


@pytest.fixture
def make(instructor):
    """Return a function that makes a learner group."""

    def make(name="Lab A", **details):
        return actions.create(course_key=RUN, details=Details(name, **details), actor=instructor)

    return make


def address(name, *args):
    return reverse(f"groups:learner-group{name}", args=[RUN, *args])


def text_of(response):
    return response.content.decode()


def people_in(group):
    return set(GroupMember.objects.filter(courseusergroup=group).values_list("user__username", flat=True))


def test_from_nothing_to_a_group_with_members(client):
    assert "No learner groups yet" in text_of(client.get(address("s")))
    factories.LearnerFactory(username="helper")
    given = {"name": "Lab A", "description": "Mondays", "exclusive_set": "Labs", "instructors": "helper"}
    response = client.post(address("-new"), given)
    group = CourseUserGroup.objects.get()
    assert response.url == address("", group.pk)
    for name in ("anna", "ben"):
        factories.LearnerFactory(username=name)
    text = text_of(client.post(address("-add", group.pk), {"learners": "anna, ben\nnobody soon@example.com"}))
    for word in ("Added", "Unknown", "a learner group cannot wait for one"):
        assert word in text
    text = text_of(client.get(address("", group.pk)))
    assert "anna" in text
    assert "Instructors: helper" in text
    ids = list(GroupMember.objects.filter(user__username="anna").values_list("user", flat=True))
    client.post(address("-members", group.pk), {"learner": ids})
    assert people_in(group) == {"ben"}


def test_joining_another_group_of_the_set_says_which_was_left(client, make):
    one, two = make("One", exclusive_set="Labs"), make("Two", exclusive_set="Labs")
    factories.LearnerFactory(username="anna")
    client.post(address("-add", one.pk), {"learners": "anna"})
    text = text_of(client.post(address("-add", two.pk), {"learners": "anna"}))
    assert "was in One" in text
    assert ExclusiveMembership.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 256}, "at most 255 characters"),
        ({"name": "lab a"}, "learner group with this name"),
        ({"name": "B", "instructors": "nobody-here"}, "No account has this username: nobody-here."),
        ({"name": "B", "instructors": HOSTILE}, "No account has this username"),
        ({"name": "B", "description": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_place_and_nothing_is_made(client, make, given, words):
    make()
    response = client.post(address("-new"), given)
    assert response.status_code == 422
    assert words in text_of(response)
    assert HOSTILE not in text_of(response)
    assert CourseUserGroup.objects.count() == 1


def test_an_edit_that_was_overtaken_shows_both_and_can_be_saved_again(client, make, instructor):
    group = make()
    seen = fingerprint(details_of(group))
    actions.change(course_key=RUN, group_id=group.pk, details=Details("Lab B"), actor=instructor)
    response = client.post(address("-edit", group.pk), {"seen": seen, "name": "Lab C"}, **HTMX)
    assert response.status_code == 409
    assert "It is “Lab B” now" in text_of(response)
    newer = fingerprint(details_of(CourseUserGroup.objects.get()))
    client.post(address("-edit", group.pk), {"seen": newer, "name": "Lab C"})
    assert CourseUserGroup.objects.get().name == "Lab C"


def test_deleting_says_what_goes_and_goes_once(client, make):
    group = make(HOSTILE)
    factories.LearnerFactory(username="anna")
    client.post(address("-add", group.pk), {"learners": "anna"})
    text = text_of(client.get(address("-delete", group.pk), **HTMX))
    assert HOSTILE not in text
    assert "membership" in text
    seen = fingerprint(details_of(group))
    assert client.post(address("-delete", group.pk), {"seen": seen}).url == address("s")
    assert client.post(address("-delete", group.pk), {"seen": seen}).status_code == 404
    assert not GroupMember.objects.exists()


# --- Instructors of a group ------------------------------------------------------------------


@pytest.fixture
def helper(make):
    person = factories.LearnerFactory(username="helper")
    return person, make("Own", instructors=("helper",)), make("Other")


def test_an_instructor_of_a_group_finds_it_and_nothing_else_of_the_course(helper, client_of):
    person, own, other = helper
    browser = client_of(person)
    assert "Mining" in text_of(browser.get(reverse("groups:courses")))
    assert browser.get(reverse("groups:course", args=[RUN])).url == address("s")
    text = text_of(browser.get(address("s")))
    assert "Own" in text
    assert "Other" not in text
    assert "Settings" not in text
    for name in ("cohorts", "mapping", "settings", "learners", "configurations", "content"):
        assert browser.get(reverse(f"groups:{name}", args=[RUN])).status_code == 403
    assert browser.get(address("", other.pk)).status_code == 404
    for name in ("-new", "-edit", "-delete"):
        args = [] if name == "-new" else [own.pk]
        assert browser.post(address(name, *args), {"name": "Mine"}).status_code == 403


def test_an_instructor_of_a_group_changes_its_members(helper, client_of):
    person, own, other = helper
    factories.LearnerFactory(username="anna")
    browser = client_of(person)
    browser.post(address("-add", own.pk), {"learners": "anna"})
    assert people_in(own) == {"anna"}
    assert browser.post(address("-add", other.pk), {"learners": "anna"}).status_code == 404
    assert browser.post(address("-members", other.pk), {"learner": "1"}).status_code == 404


def test_an_instructor_of_a_group_sees_no_enrollment_and_no_reset_by_that(helper, client_of):
    person, *_ = helper
    factories.EnrollmentFactory(course_id=RUN, user__username="somebody")
    browser = client_of(person)
    assert "somebody" not in text_of(browser.get(reverse("enrollments:list")))
    assert browser.get(reverse("resets:list")).status_code == 403
    assert browser.get(reverse("console:learners")).status_code == 403


def test_few_and_many_groups_take_the_same_number_of_queries(client, make):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(address("s"))
        return len(captured)

    make("First", exclusive_set="Labs", instructors=(factories.LearnerFactory().username,))
    queries()
    few = queries()
    for number in range(6):
        make(f"Lab {number}", exclusive_set="Labs", instructors=(factories.LearnerFactory().username,))
    assert queries() == few
