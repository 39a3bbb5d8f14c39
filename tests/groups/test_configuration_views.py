"""The pages of group configurations."""

import json

import pytest
from django.urls import reverse

from groups.configurations.actions import fingerprint
from groups.models import CourseContent, UserCourseTag
from groups.olx.rows import stored_partitions
from groups.olx.store import import_content
from groups.partitions import Group, Partition
from tests import factories
from tests.groups.exports import SEA, read_small, seamanship
from tests.groups.made_course import KEY, MadeCourse

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    made = MadeCourse()
    made.partition(1000, groups={2001: "A", 2002: "B"})
    made.partition(3000, "Films", groups={3001: "Short", 3002: "Long"}, scheme="random")
    return made


@pytest.fixture
def browser(client_of):
    return client_of(factories.course_staff(KEY))


def address(name, *more):
    return reverse(f"groups:{name}", args=[KEY, *more])


def text(response):
    return response.content.decode()


# What the pages of `run` say that they show.
SEEN = {
    1000: fingerprint(Partition(1000, "Content Groups", "cohort", groups=(Group(2001, "A"), Group(2002, "B")))),
    3000: fingerprint(Partition(3000, "Films", "random", groups=(Group(3001, "Short"), Group(3002, "Long")))),
}


def rows(*groups, **more):
    """Return the POST of a form: groups as dicts of their fields."""
    data = {"groups-TOTAL_FORMS": len(groups), "groups-INITIAL_FORMS": 0, "seen": SEEN[1000], "name": "Content Groups"}
    for number, group in enumerate(groups):
        data |= {f"groups-{number}-{field}": value for field, value in group.items()}
    return data | more


A, B = {"group_id": 2001, "name": "A", "position": 1}, {"group_id": 2002, "name": "B", "position": 2}


def groups_of(partition_id):
    partitions = {part.id: part for part in stored_partitions(CourseContent.objects.get())}
    return [(group.id, group.name) for group in partitions[partition_id].groups]


# --- Looking ---------------------------------------------------------------------------------


def test_without_content_the_tab_leads_to_the_import(browser):
    shown = text(browser.get(address("configurations")))
    assert "was not imported yet" in shown
    assert address("import") in shown
    for name in ("configuration-new", "configurations-json"):
        assert browser.get(address(name)).url == address("configurations")
    assert browser.get(address("configurations-policy")).status_code == 404


def test_the_list_shows_all_kinds_and_what_the_platform_makes(run, browser):
    factories.CourseModeFactory(course_id=KEY, mode_slug="verified")
    run.block("Quiz", rule={1000: [2001]})
    shown = text(browser.get(address("configurations")))
    for words in ("Content Groups", "Experiment", "Films", "A, B", "1 block", "Enrollment Track Groups", "Verified"):
        assert words in shown


def test_the_list_takes_the_same_queries_for_many(run, browser, django_assert_max_num_queries):
    for number in range(60):
        run.partition(5000 + number, f"More {number}", groups={9000 + number: "X"})
        run.block(f"Quiz {number}", rule={5000 + number: [9000 + number]})
    with django_assert_max_num_queries(35):
        assert "1–25 of 62" in text(browser.get(address("configurations")))


def test_a_configuration_shows_uses_links_and_what_dangles(run, browser):
    unit = run.path("1")[2]
    run.block("Quiz", unit, rule={1000: [2001, 77]})
    factories.link(factories.CohortFactory(name="North", course_id=KEY), 1000, 2001)
    factories.link(factories.CohortFactory(name="Lost", course_id=KEY), 1000, 66)
    shown = text(browser.get(address("configuration", 1000)))
    for words in (
        "Section 1 / Subsection 1 / Unit 1 / Quiz",
        "Deleted group 77",
        "North",
        "Links to groups that no longer",
    ):
        assert words in shown


def test_uses_of_one_group(run, browser):
    run.block("Quiz A", rule={1000: [2001]})
    run.block("Quiz B", rule={1000: [2002]})
    shown = text(browser.get(address("configuration", 1000), {"group": 2002}))
    assert "Quiz B" in shown
    assert "Quiz A" not in shown
    for odd in ("x", "9" * 50, ""):
        assert browser.get(address("configuration", 1000), {"group": odd}).status_code == 200


def test_uses_are_paginated_and_exported(run, browser):
    for number in range(30):
        run.block(f"Quiz {number}", rule={1000: [2001, 5]})
    assert "1–25 of 30" in text(browser.get(address("configuration", 1000)))
    lines = browser.get(address("configuration", 1000), {"_export": "csv"}).getvalue().decode().splitlines()
    assert len(lines) == 31
    assert "A, deleted group 5" in lines[1]


def test_an_experiment_shows_who_was_drawn(run, browser):
    for value in ("3001", "3001", "3002", "99", "nonsense"):
        key = UserCourseTag.PARTITION_KEY.format(3000)
        UserCourseTag.objects.create(user=factories.LearnerFactory(), course_id=KEY, key=key, value=value)
    response = browser.get(address("configuration", 3000))
    assert [row["learners"] for row in response.context["rows"]] == [2, 1]
    assert "2 learners have a group that was deleted" in text(response)


def test_what_is_not_there_is_404(run, browser):
    for name in ("configuration", "configuration-edit", "configuration-delete"):
        assert browser.get(address(name, 5)).status_code == 404


def test_names_from_the_course_are_escaped(run, browser):
    run.partition(6000, "<script>alert(1)</script>", groups={6001: "<img src=x>"})
    for shown in (browser.get(address("configurations")), browser.get(address("configuration", 6000))):
        assert "<script>alert" not in text(shown)
        assert "<img src=x>" not in text(shown)


# --- Editing ---------------------------------------------------------------------------------


def test_a_configuration_is_made(run, browser):
    new = [{"name": "North"}, {"name": ""}, {"name": "South", "position": 1}]
    response = browser.post(address("configuration-new"), rows(*new, scheme="cohort", name="Region"))
    made = CourseContent.objects.get().partitions.get(name="Region")
    assert response.url == address("configuration", made.partition_id)
    assert [name for _, name in groups_of(made.partition_id)] == ["South", "North"]


def test_groups_are_renamed_ordered_added_and_deleted(run, browser):
    edited = [A | {"remove": "on"}, B | {"name": "Bee", "position": 2}, {"name": "New", "position": 1}]
    browser.post(address("configuration-edit", 1000), rows(*edited))
    (new, first), second = groups_of(1000)
    assert (first, second) == ("New", (2002, "Bee"))
    assert new not in {2001, 2002}


def test_more_rows_keep_what_was_typed(run, browser):
    response = browser.post(address("configuration-edit", 1000), rows(A | {"name": "Typed"}, B, name="Half", more="1"))
    assert len(response.context["rows"]) == 5
    assert 'value="Typed"' in text(response)
    assert 'value="Half"' in text(response)
    assert groups_of(1000) == [(2001, "A"), (2002, "B")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rows(A, B, name=" "), "The configuration must have a name."),
        (rows(A | {"name": ""}, B), "Each group must have a name."),
        (rows(A, B | {"name": "a"}), "Another group has this name."),
        (rows(A, B, {"name": "x" * 256}), "at most 255 characters"),
        (rows(A, B | {"position": 0}), "greater than or equal to 1"),
        (rows({"group_id": 5, "name": "Foreign"}), "Group 5 is not of this configuration."),
        (rows(A, A | {"name": "Twice"}), "Group 2001 stands twice."),
        ({"seen": SEEN[1000], "name": "x"}, "ManagementForm data is missing"),
    ],
)
def test_a_wrong_form_is_422_with_the_message_and_changes_nothing(run, browser, data, message):
    response = browser.post(address("configuration-edit", 1000), data)
    assert response.status_code == 422
    assert message in text(response)
    assert groups_of(1000) == [(2001, "A"), (2002, "B")]


def test_a_group_in_use_cannot_be_taken_from_the_form(run, browser):
    run.block("Quiz", rule={1000: [2001]})
    shown = text(browser.get(address("configuration-edit", 1000)))
    assert "in use by 1 block" in shown
    response = browser.post(address("configuration-edit", 1000), rows(A | {"remove": "on"}, B))
    assert response.status_code == 422
    assert "is in use by 1 block and cannot be deleted" in text(response)


def test_a_stale_form_is_409_and_keeps_what_was_typed(run, browser):
    browser.post(address("configuration-deactivate", 1000), {"seen": SEEN[1000]})
    response = browser.post(address("configuration-edit", 1000), rows(A | {"name": "Typed"}, B))
    assert response.status_code == 409
    assert "Load what is there now" in text(response)
    assert 'value="Typed"' in text(response)
    assert groups_of(1000) == [(2001, "A"), (2002, "B")]


def test_buttons_switch_move_and_delete(run, browser):
    browser.post(address("configuration-deactivate", 1000), {"seen": SEEN[1000]})
    browser.post(address("configuration-down", 1000), {"seen": 3000})
    content = CourseContent.objects.get()
    assert [(part.id, part.active) for part in stored_partitions(content)] == [(3000, True), (1000, False)]
    browser.post(address("configuration-delete", 3000), {"seen": SEEN[3000]})
    assert [part.id for part in stored_partitions(content)] == [1000]


def test_a_button_of_an_old_page_changes_nothing(run, browser):
    browser.post(address("configuration-deactivate", 3000), {"seen": SEEN[3000]})
    for data in ({"seen": SEEN[3000]}, {}):
        response = browser.post(address("configuration-delete", 3000), data, follow=True)
        assert "Somebody changed this configuration in the meantime." in text(response)
    assert len(stored_partitions(CourseContent.objects.get())) == 2


def test_two_people_with_two_configurations_are_not_in_each_others_way(run, browser, client_of):
    mine = browser.get(address("configuration-edit", 1000)).context["form"]["seen"].value()
    other = client_of(factories.course_staff(KEY))
    other.post(address("configuration-deactivate", 3000), {"seen": SEEN[3000]})

    response = browser.post(address("configuration-edit", 1000), rows(A | {"name": "Typed"}, B, seen=mine))

    assert response.status_code == 302
    assert groups_of(1000) == [(2001, "Typed"), (2002, "B")]


@pytest.mark.parametrize(("name", "button"), [("configuration-up", "Move up"), ("configuration-down", "Move down")])
def test_the_buttons_of_a_page_send_what_it_shows(run, browser, name, button):
    shown = text(browser.get(address("configuration", 1000 if name.endswith("down") else 3000)))
    neighbour = 3000 if name.endswith("down") else 1000
    assert f'name="seen" value="{neighbour}"' in shown
    assert button in shown


def test_what_is_in_use_has_no_delete_button(run, browser):
    assert "Delete “Films”</button>" in text(browser.get(address("configuration-delete", 3000)))
    run.block("Test", user_partition_id=3000)
    shown = text(browser.get(address("configuration-delete", 3000)))
    assert "in use by 1 block and cannot be deleted" in shown
    assert "</button>\n  </div>\n</form>" not in shown


# --- JSON and downloads ----------------------------------------------------------------------


def send(browser, value, seen=None):
    seen = fingerprint(*stored_partitions(CourseContent.objects.get())) if seen is None else seen
    value = value if isinstance(value, str) else json.dumps(value)
    return browser.post(address("configurations-json"), {"text": value, "seen": seen})


def test_json_is_shown_and_saved(run, browser):
    value = json.loads(browser.get(address("configurations-json")).context["form"]["text"].value())
    value[0]["name"] = "Renamed"
    assert send(browser, value).status_code == 302
    assert stored_partitions(run.content)[0].name == "Renamed"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "Write [] for no configuration."),
        ("{", "The text is not JSON"),
        ("{}", "must be a list of partitions"),
        ([{"id": 1}], "At [0]: has no “version”"),
        ("[NaN]", "NaN"),
        ("[" * 100_000, "nested too deeply"),
        ("x" * 5_000_001, "longer than 5 million"),
    ],
)
def test_json_that_is_none_is_422_with_the_place(run, browser, value, message):
    response = send(browser, value)
    assert response.status_code == 422
    assert message in text(response)


def test_json_of_an_old_page_is_409(run, browser):
    assert send(browser, [], seen=SEEN[1000]).status_code == 409


def test_files_are_downloaded(client_of):
    import_content(course=seamanship(), course_key=SEA, source="x")
    browser = client_of(factories.course_staff(SEA))
    policy = browser.get(reverse("groups:configurations-policy", args=[SEA]))
    assert policy.headers["Content-Disposition"] == 'attachment; filename="policy.json"'
    assert policy.content.decode() == seamanship().policy
    assert browser.get(reverse("groups:configurations-xml", args=[SEA])).content.decode() == seamanship().course_xml


def test_a_file_that_was_not_there_is_404(client_of):
    course = read_small(**{"course/policies/2026/policy.json": None})
    import_content(course=course, course_key=KEY, source="x")
    assert client_of(factories.course_staff(KEY)).get(address("configurations-policy")).status_code == 404


# --- Teams -----------------------------------------------------------------------------------


def test_whether_teams_are_content_groups_is_noted(client_of):
    import_content(course=seamanship(), course_key=SEA, source="x")
    browser = client_of(factories.course_staff(SEA))
    there, note = (reverse(f"groups:{name}", args=[SEA]) for name in ("configurations", "configurations-teams"))
    assert "Team Group: Boats" not in text(browser.get(there))

    assert "Team Group: Boats" in text(browser.post(note, {"on": "1"}, follow=True))
    assert "Team Group: Boats" not in text(browser.post(note, follow=True))


def test_a_course_without_teams_has_no_such_switch(run, browser):
    assert "teams.content_groups_for_teams" not in text(browser.get(address("configurations")))
