"""The pages of access: who may open them, what they say, and what they cost."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from enrollments.models import CourseEnrollment
from groups.models import CohortMembership, GroupMember, UserCourseTag
from tests import factories
from tests.groups.made_course import KEY, MadeCourse

pytestmark = pytest.mark.django_db
AB = {1: "A", 2: "B"}
OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")
CONTENT = reverse("groups:content", args=[KEY])
LEARNERS = reverse("groups:learners", args=[KEY])


@pytest.fixture
def anna():
    return factories.LearnerFactory(username="anna", profile__name="Anna Adams")


@pytest.fixture
def run(anna):
    """A run with a section for group A, one for group B, and anna in A through her cohort."""
    factories.CourseOverviewFactory(id=KEY, display_name="Mining 1")
    factories.EnrollmentFactory(user=anna, course_id=KEY)
    course = MadeCourse(source="export.tar.gz")
    course.partition(100, groups=AB)
    course.cohort("Day", anna, link=(100, 1))
    course.path("For A", {100: [1]})
    course.path("For B", {100: [2]})
    return course


@pytest.fixture
def instructor(client_of):
    return client_of(factories.course_staff(KEY))


@pytest.fixture
def agent(client_of):
    return client_of(factories.support())


def learner_page(course_key=KEY, username="anna"):
    return reverse("groups:learner-course", args=[username, course_key])


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def names(response):
    """Return the blocks that the table lists."""
    assert response.status_code == 200
    return [row.record.node.name for row in response.context["table"].rows]


# --- Who may come in -------------------------------------------------------------------------


def test_instructors_explain_in_their_own_run_only(run, client_of):
    own, other = client_of(factories.course_staff(KEY)), client_of(factories.course_staff(OTHER))
    for address in (CONTENT, LEARNERS):
        assert own.get(address, {"learner": "anna"}).status_code == 200
        assert other.get(address, {"learner": "anna"}).status_code == 404
        assert client_of(factories.support()).get(address).status_code == 403


def test_support_explains_any_run_on_the_learner_page(run, agent, client_of):
    assert agent.get(learner_page()).status_code == 200
    assert client_of(factories.course_staff(KEY)).get(learner_page()).status_code == 403


def test_a_run_that_nobody_has_heard_of_is_404(run, agent):
    assert agent.get(learner_page(OTHER)).status_code == 404
    assert agent.get(learner_page(username="nobody")).status_code == 404


def test_an_instructor_learns_nothing_about_people_of_other_runs(run, instructor):
    stranger = factories.EnrollmentFactory(course_id=OTHER, user__username="stranger").user
    shown = [text_of(instructor.get(CONTENT, {"learner": name})) for name in (stranger.username, "no-such-name")]
    assert all("is or was enrolled in this course run or is in a group of it" in text for text in shown)
    assert stranger.email not in shown[0]


def test_members_without_an_enrollment_can_be_explained(run, instructor):
    run.learner_group("Guests", factories.LearnerFactory(username="guest", profile__name="Gus Guest"))
    assert "Seen as Gus Guest" in text_of(instructor.get(CONTENT, {"learner": "guest"}))


# --- What the pages say ----------------------------------------------------------------------


def test_the_learner_page_tells_groups_and_reasons(run, agent):
    text = text_of(agent.get(learner_page()))
    assert "4 of 7 blocks visible" in text
    assert "The learner is in “A” (through the cohort “Day”) of “Content Groups”." in text
    assert "Only for “B” of “Content Groups”." in text
    assert "from export.tar.gz: Studio may have changed since." in text


def test_a_learner_who_left_is_told_of(run, agent, anna):
    CourseEnrollment.objects.filter(user=anna).update(is_active=False)
    assert "Not enrolled any more." in text_of(agent.get(learner_page()))


def test_two_groups_are_flagged(run, agent, anna):
    run.learner_group("Tutors", anna, links=[(100, 2)])
    assert "The platform will see only one: “A”." in text_of(agent.get(learner_page()))


def test_a_course_without_content_still_shows_memberships(anna, agent):
    run = MadeCourse()
    run.cohort("Day", anna, link=(100, 1))
    run.content.blocks.all().delete()
    run.content.delete()
    text = text_of(agent.get(learner_page()))
    assert "Content not imported" in text
    assert "<strong>group 1</strong> through cohort “Day”" in text


def test_a_course_without_content_leads_to_the_import(instructor):
    factories.CourseOverviewFactory(id=KEY)
    assert "Content not imported" in text_of(instructor.get(CONTENT))


def test_names_are_escaped(run, agent, anna):
    run.learner_group("<script>x</script>", anna, links=[(100, 2)])
    run.content.blocks.filter(display_name="Unit For A").update(display_name="<b>Bold</b>")
    text = text_of(agent.get(learner_page()))
    assert "<script>x" not in text
    assert "<b>Bold" not in text


def test_the_tab_lists_runs_with_groups_first(run, agent, anna):
    for number in range(30):
        course = factories.CourseOverviewFactory(display_name=f"Another {number}")
        factories.EnrollmentFactory(user=anna, course=course)
    response = agent.get(reverse("groups:learner", args=["anna"]))
    first = next(iter(response.context["table"].rows)).record
    assert first.key == KEY
    assert "Cohort: Day" in text_of(response)
    assert "1–25 of 31" in text_of(response)


@pytest.mark.parametrize(
    ("query", "count"), [({"show": "groups"}, 1), ({"show": "content"}, 1), ({"q": "bio"}, 1), ({}, 2)]
)
def test_the_tab_is_filtered(run, agent, anna, query, count):
    factories.EnrollmentFactory(user=anna, course=factories.CourseOverviewFactory(display_name="Biology"))
    response = agent.get(reverse("groups:learner", args=["anna"]), query)
    assert len(response.context["table"].rows) == count


def test_a_wrong_filter_lists_and_exports_nothing(run, agent):
    for address in (learner_page(), reverse("groups:learner", args=["anna"])):
        response = agent.get(address, {"show": "nonsense", "_export": "csv"})
        assert "text/html" in response.headers["Content-Type"]
        assert len(response.context["table"].rows) == 0


# --- Filters of blocks -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"show": "hidden"}, ["Section For B", "Subsection For B", "Unit For B"]),
        ({"show": "starts"}, ["Section For B"]),
        ({"show": "visible", "level": "1"}, ["Mining 1", "Section For A"]),
        ({"show": "restricted", "level": "1"}, ["Section For A", "Section For B"]),
        ({"q": "unit for"}, ["Unit For A", "Unit For B"]),
        ({"q": "type@vertical"}, ["Unit For A", "Unit For B"]),
        ({"show": "differ"}, []),
        ({"show": "waiting"}, ["Section Later", "Subsection Later", "Unit Later"]),
    ],
)
def test_blocks_are_filtered(run, agent, query, expected):
    if query.get("show") == "waiting":
        run.path("Later", start=factories.days_ago(-3))
    assert names(agent.get(learner_page(), query)) == expected


def test_blocks_of_one_section(run, agent):
    section = run.content.blocks.get(display_name="Section For B")
    assert names(agent.get(learner_page(), {"section": section.pk})) == [
        "Section For B",
        "Subsection For B",
        "Unit For B",
    ]


def test_where_the_engines_differ(run, agent):
    unit = run.content.blocks.get(display_name="Unit For A")
    run.block("Broken", unit, rule={77: [1]})
    assert names(agent.get(learner_page(), {"show": "differ"})) == ["Broken"]


def test_the_export_has_all_blocks_with_reasons(run, agent):
    response = agent.get(learner_page(), {"_export": "csv", "show": "hidden"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [row["Name"] for row in rows] == ["Section For B", "Subsection For B", "Unit For B"]
    assert rows[0]["Visible"] == "No"
    assert rows[0]["Reason"].startswith("Only for “B”")
    assert rows[0]["Block key"] == str(KEY.make_usage_key("chapter", "section-for-b"))


def test_htmx_gets_the_table_alone(run, client_of):
    response = client_of(factories.support(), HTTP_HX_REQUEST="true").get(learner_page())
    text = text_of(response)
    assert text.lstrip().startswith('<section id="table"')
    assert "blocks visible" not in text


# --- View as ---------------------------------------------------------------------------------


def test_view_as_a_content_group(run, instructor):
    response = instructor.get(CONTENT, {"view_as": "100:2", "show": "starts"})
    assert "Seen as a learner in “B”" in text_of(response)
    assert names(response) == ["Section For A"]


def test_view_as_nobody_in_particular(run, instructor):
    response = instructor.get(CONTENT, {"show": "starts"})
    assert "Seen as a learner in no group" in text_of(response)
    assert names(response) == ["Section For A", "Section For B"]


def test_several_lists_become_one_address(run, instructor):
    run.partition(200, "Labs", groups={3: "Online"})
    response = instructor.get(f"{CONTENT}?view_as=100:2&view_as=&view_as=200:3&show=hidden")
    assert response.status_code == 302
    assert response.url == f"{CONTENT}?view_as=100%3A2%2C200%3A3&show=hidden"
    assert "a learner in “B” and “Online”" in text_of(instructor.get(response.url))


@pytest.mark.parametrize("choice", ["100:9", "77:1", "nonsense", "100", "100:²", "100:" + "9" * 400])
def test_a_choice_that_does_not_exist_is_explained(run, instructor, choice):
    text = text_of(instructor.get(CONTENT, {"view_as": choice}))
    assert 'role="alert"' in text
    assert "Choose one from the lists." in text


def test_two_content_groups_side_by_side(run, instructor):
    run.block("For all")
    response = instructor.get(CONTENT, {"view_as": "100:1", "compare": "100:2", "show": "changed", "level": "1"})
    assert names(response) == ["Section For A", "Section For B"]
    assert "6 blocks differ" in text_of(response)


def test_a_filter_keeps_whose_eyes_these_are(run, instructor):
    text = text_of(instructor.get(CONTENT, {"view_as": "100:2", "q": "nothing like it"}))
    assert '<input type="hidden" form="filters" name="view_as" value="100:2">' in text
    assert f'href="{CONTENT}?view_as=100%3A2"' in text


def test_looking_writes_nothing(run, instructor, anna):
    run.cohort("Automatic", automatic=True)
    run.partition(200, "Experiment", groups=AB, scheme="random")
    factories.EnrollmentFactory(user__username="ben", course_id=KEY)
    before = (CohortMembership.objects.count(), GroupMember.objects.count())
    with CaptureQueriesContext(connection) as queries:
        for query in ({"learner": "ben"}, {"view_as": "100:1"}):
            assert instructor.get(CONTENT, query).status_code == 200
        assert instructor.get(LEARNERS).status_code == 200
    written = [sql["sql"] for sql in queries if sql["sql"].lstrip("( ").split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert written == []
    assert before == (CohortMembership.objects.count(), GroupMember.objects.count())
    assert not UserCourseTag.objects.exists()


# --- The learners of a run -------------------------------------------------------------------


def test_learners_are_listed_with_their_effective_sets(run, instructor, anna):
    run.learner_group("Tutors", anna, links=[(100, 2)])
    factories.EnrollmentFactory(course_id=OTHER, user__username="stranger")
    text = text_of(instructor.get(LEARNERS))
    assert "Content Groups: A, B" in text
    assert "The LMS sees only one" in text
    assert f'href="{CONTENT}?learner=anna"' in text
    assert "stranger" not in text


def test_the_export_of_learners(run, instructor):
    response = instructor.get(LEARNERS, {"_export": "csv"})
    (row,) = csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig")))
    assert (row["Username"], row["Cohort"], row["Enrolled"]) == ("anna", "Day", "Yes")
    assert "Content Groups: A" in row["Effective sets"]


# --- What they cost --------------------------------------------------------------------------


def queries(browser, address, **query):
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address, query).status_code == 200
    return len(captured)


def test_the_pages_cost_the_same_for_few_and_for_many(run, agent, instructor, anna):
    tab = reverse("groups:learner", args=["anna"])
    pages = [(agent, learner_page()), (agent, tab), (instructor, CONTENT), (instructor, LEARNERS)]
    run.learner_group("Tutors", anna, links=[(100, 2)])
    for browser, address in pages:
        queries(browser, address)
    few = [queries(browser, address) for browser, address in pages]
    for number in range(20):
        run.path(str(number), {100: [1, 2]})
        person = factories.EnrollmentFactory(course_id=KEY).user
        run.cohort(f"Cohort {number}", person, link=(100, 1))
        run.learner_group(f"Group {number}", person, anna, links=[(100, 2)])
        factories.EnrollmentFactory(user=anna)
    assert [queries(browser, address) for browser, address in pages] == few


def test_the_pages_cost_few_queries(run, agent):
    assert queries(agent, learner_page()) <= 35
