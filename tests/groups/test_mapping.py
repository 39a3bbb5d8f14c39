"""The matrix of cohorts and learner groups against content groups."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from groups.learner_groups import actions, members
from groups.learner_groups.actions import Details
from groups.mapping.reach import reach
from groups.models import (
    CohortContentGroup,
    CourseCohortsSettings,
    CourseContent,
    LearnerGroupLink,
    PartitionGroup,
    UserPartition,
)
from tests import factories
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
RUN, OTHER_RUN = (CourseKey.from_string(f"course-v1:{name}+2026") for name in ("MineX+M1", "OtherX+O1"))
HTMX = {"HTTP_HX_REQUEST": "true"}
HOSTILE = '"><script>alert(1)</script>'


def text_of(response):
    return response.content.decode()


def partition(number, *names, **fields):
    course, _ = CourseContent.objects.get_or_create(course_id=RUN, defaults={"imported_at": days_ago(1)})
    values = {"name": f"Partition {number}", "scheme": "cohort", "position": number}
    row = UserPartition.objects.create(course=course, partition_id=number, **values | fields)
    for place, name in enumerate(names, 1):
        PartitionGroup.objects.create(partition=row, group_id=number * 10 + place, name=name, position=place)
    return row


@pytest.fixture
def content():
    return partition(100, "Beginners", "Advanced")


@pytest.fixture
def instructor():
    return factories.course_staff(RUN)


@pytest.fixture
def client(client_of, instructor):
    return client_of(instructor)


@pytest.fixture
def press(client):
    """Return a function that presses a cell."""

    def send(group, link, state, **headers):
        value = f"{group.pk}:{link[0]}:{link[1]}:{state}"
        return client.post(reverse("groups:mapping-link", args=[RUN]), {"link": value}, **headers)

    return send


def learner_group(instructor, name="Lab", course_key=RUN):
    return actions.create(course_key=course_key, details=Details(name), actor=instructor)


def page(client, **query):
    return text_of(client.get(reverse("groups:mapping", args=[RUN]), query))


def link_of(cohort):
    return CohortContentGroup.objects.filter(course_user_group=cohort).values_list("partition_id", "group_id").first()


def link(cohort, partition_id, group_id):
    CohortContentGroup.objects.create(
        course_user_group=cohort,
        partition_id=partition_id,
        group_id=group_id,
        created_at=days_ago(1),
        updated_at=days_ago(1),
    )


def test_a_cohort_reaches_one_content_group_and_another_press_replaces_it(content, press):
    cohort = factories.CohortFactory(course_id=RUN)
    press(cohort, (100, 1001), "on")
    press(cohort, (100, 1002), "on")
    assert link_of(cohort) == (100, 1002)
    press(cohort, (100, 1001), "off")
    assert link_of(cohort) == (100, 1002)
    press(cohort, (100, 1002), "off")
    assert link_of(cohort) is None


def test_a_learner_group_reaches_any_number_and_the_same_press_twice_changes_nothing_more(content, press, instructor):
    group = learner_group(instructor)
    for cell in (1001, 1002, 1002):
        press(group, (100, cell), "on")
    assert LearnerGroupLink.objects.count() == 2
    press(group, (100, 1001), "off")
    press(group, (100, 1001), "off")
    assert LearnerGroupLink.objects.get().group_id_in_partition == 1002
    assert not CohortContentGroup.objects.exists()


def test_a_press_by_htmx_says_what_happened_and_has_the_matrix_drawn_anew(content, press):
    cohort = factories.CohortFactory(course_id=RUN, name="Mondays")
    response = press(cohort, (100, 1001), "on", **HTMX)
    assert response.status_code == 204
    assert "Mondays now reaches Beginners." in response.headers["HX-Trigger"]
    assert "lectern:refresh-table" in response.headers["HX-Trigger"]


def test_without_javascript_a_press_leads_back_with_a_message(content, client, press):
    cohort = factories.CohortFactory(course_id=RUN, name="Mondays")
    assert press(cohort, (100, 1001), "on").url == reverse("groups:mapping", args=[RUN])
    assert "Mondays now reaches Beginners." in page(client)


def test_what_the_course_lacks_cannot_be_linked(content, press):
    cohort = factories.CohortFactory(course_id=RUN)
    response = press(cohort, (100, 7), "on", **HTMX)
    assert "no such content group" in response.headers["HX-Trigger"]
    assert link_of(cohort) is None


@pytest.mark.parametrize(
    "value", ["", "1", "1:2:3", "1:2:3:maybe", "-1:2:3:on", "1:2:99999999999:on", "a:b:c:on", "²:1:1:on"]
)
def test_what_is_no_link_is_refused(client, value):
    assert client.post(reverse("groups:mapping-link", args=[RUN]), {"link": value}).status_code == 400


def test_groups_of_another_run_cannot_be_reached(content, press):
    cohort = factories.CohortFactory(course_id=OTHER_RUN)
    group = learner_group(factories.course_staff(OTHER_RUN), course_key=OTHER_RUN)
    for foreign in (cohort, group):
        assert press(foreign, (100, 1001), "on").status_code == 404
    assert not CohortContentGroup.objects.exists()
    assert not LearnerGroupLink.objects.exists()


def test_the_matrix_shows_what_is_linked(content, client, press):
    cohort = factories.CohortFactory(course_id=RUN, name=HOSTILE)
    press(cohort, (100, 1002), "on")
    text = page(client)
    assert HOSTILE not in text
    assert f'id="link-{cohort.pk}-100-1002" value="{cohort.pk}:100:1002:off" aria-pressed="true"' in text
    assert f'id="link-{cohort.pk}-100-1001" value="{cohort.pk}:100:1001:on" aria-pressed="false"' in text


def test_dangling_and_conflicting_links_are_named_and_can_be_mended(content, client, press, instructor):
    cohort, group = factories.CohortFactory(course_id=RUN), learner_group(instructor)
    link(cohort, 100, 77)
    for cell in (1001, 1002):
        press(group, (100, cell), "on")
    text = page(client)
    assert "group 77 of partition 100, which the course no longer has" in text
    assert "several content groups of “Partition 100”" in text
    assert f'value="{cohort.pk}:100:77:off"' in text
    press(cohort, (100, 77), "off")
    assert link_of(cohort) is None


def test_partitions_that_open_edx_would_not_use_are_named(content, client, press):
    second = partition(200, "Late", active=False)
    cohort = factories.CohortFactory(course_id=RUN)
    press(cohort, (second.partition_id, 2001), "on")
    text = page(client, partition=200)
    assert "“Partition 200” is inactive" in text
    assert "“Partition 200” is not the first partition" in text
    assert "Late" in text
    assert "Beginners" not in page(client, partition=200).partition("<thead>")[2].partition("</thead>")[0]


def test_links_are_filtered(content, client, press):
    one, two = factories.CohortFactory(course_id=RUN, name="One"), factories.CohortFactory(course_id=RUN, name="Two")
    press(one, (100, 1001), "on")
    assert "Two" not in page(client, links="linked").partition("<tbody>")[2]
    assert "One" not in page(client, links="unlinked").partition("<tbody>")[2].partition("</tbody>")[0]
    assert two.name in page(client, kind="cohort")


def test_a_course_without_imported_content_says_so(client):
    cohort = factories.CohortFactory(course_id=RUN)
    link(cohort, 100, 1)
    assert "The content of this course was not imported" in page(client)


def test_each_learner_counts_once_and_only_while_enrolled(content, press, instructor):
    cohort, group = factories.CohortFactory(course_id=RUN), learner_group(instructor)
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    press(cohort, (100, 1001), "on")
    press(group, (100, 1001), "on")
    course = factories.CourseOverviewFactory(id=RUN)
    here, only_group, gone = [factories.EnrollmentFactory(course=course).user for _ in range(3)]
    gone.course_enrollments.update(is_active=False)
    for person in (here, gone):
        factories.join_cohort(cohort, person)
    names = [here.username, only_group.username]
    members.add(course_key=RUN, group_id=group.pk, texts=names, actor=instructor)
    assert reach(RUN) == {(100, 1001): 2}
    CourseCohortsSettings.objects.update(is_cohorted=False)
    actions.set_links(course_key=RUN, group_id=group.pk, links=[], actor=instructor)
    assert reach(RUN) == {}


def test_the_reach_is_shown_as_a_plot_with_its_numbers(content, client):
    text = text_of(client.get(reverse("groups:mapping-reach", args=[RUN])))
    assert "Beginners" in text
    assert "A group without learners opens its content to nobody but staff." in text


def test_few_and_many_groups_take_the_same_number_of_queries(content, client, press, instructor):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    press(factories.CohortFactory(course_id=RUN), (100, 1001), "on", **HTMX)
    press(learner_group(instructor), (100, 1001), "on", **HTMX)
    queries()
    few = queries()
    for number in range(6):
        press(factories.CohortFactory(course_id=RUN), (100, 1001), "on", **HTMX)
        press(learner_group(instructor, f"Lab {number}"), (100, 1002), "on", **HTMX)
    assert queries() == few
