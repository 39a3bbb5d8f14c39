"""The pages of cohorts as course staff use them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from groups.cohorts import actions
from groups.cohorts.bulk import run
from groups.models import (
    BulkAssignment,
    CohortMembership,
    CourseBlock,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)
from tests import factories
from tests.groups.states import RUN, cohort_of, import_content_groups

pytestmark = pytest.mark.django_db
OTHER = CourseKey.from_string("course-v1:OtherX+O1+2026")
HTMX = {"HTTP_HX_REQUEST": "true"}
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def staff():
    return factories.course_staff(RUN, username="staff")


@pytest.fixture
def client(client_of, staff):
    return client_of(staff)


@pytest.fixture
def course():
    return factories.CourseOverviewFactory(id=RUN, display_name="Data Science")


@pytest.fixture
def cohort(course):
    return factories.CohortFactory(name="Alpha", course_id=RUN)


def at(name, *args):
    return reverse(f"groups:{name}", args=[RUN, *args])


def text_of(response):
    return response.content.decode()


def rows_of(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def queries(client, address, **data):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, data).status_code == 200
    return len(captured)


# --- My courses ------------------------------------------------------------------------------


def test_my_courses_show_how_their_cohorts_stand(client, staff, course, cohort):
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    factories.CourseOverviewFactory(display_name="Somebody else's")
    text = text_of(client.get("/groups/"))
    assert "Data Science" in text
    assert ">On<" in text
    assert "Somebody else" not in text
    assert client.get(f"/groups/{RUN}/").url == at("cohorts")


def test_my_courses_are_found_by_name_key_and_switch(client_of):
    admin = client_of(factories.admin_user())
    names = {None: "Never asked", True: "Switched on", False: "Switched off"}
    for is_on, name in names.items():
        course = factories.CourseOverviewFactory(display_name=name)
        if is_on is not None:
            CourseCohortsSettings.objects.create(course_id=course.id, is_cohorted=is_on)
    for query, expected in (
        ({"cohorts": "on"}, "Switched on"),
        ({"cohorts": "off"}, "Switched off"),
        ({"cohorts": "none"}, "Never asked"),
        ({"q": "ASKED"}, "Never asked"),
        ({"q": str(course.id)}, names[False]),
    ):
        text = text_of(admin.get("/groups/", query))
        assert [name for name in names.values() if name in text] == [expected]
    assert admin.get("/groups/", {"q": "a\x00b"}).status_code == 200


def test_a_run_without_an_overview_is_named_and_opens(client, client_of):
    assert f"/groups/{RUN}/" in text_of(client.get("/groups/"))
    factories.CohortFactory(course_id=OTHER)
    text = text_of(client_of(factories.admin_user()).get("/groups/"))
    assert f"/groups/{OTHER}/" in text
    page = client.get(at("cohorts"))
    assert page.status_code == 200
    assert "The LMS has no overview of this course run" in text_of(page)


def test_lists_cost_the_same_for_few_and_many(client, client_of, course, cohort):
    admin = client_of(factories.admin_user())
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    addresses = {
        "/groups/": admin,
        "/": admin,
        **{at(name): client for name in ("cohorts", "learners", "assignments")},
        at("cohort", cohort.pk): client,
        at("cohort-waiting", cohort.pk): client,
    }

    def fill(number):
        for index in range(number):
            other = factories.CohortFactory(course_id=RUN)
            factories.link(other, 1, 1)
            learner = factories.EnrollmentFactory(course_id=RUN).user
            factories.join_cohort(cohort if index % 2 else other, learner)
            factories.EnrollmentFactory(course_id=RUN)
            factories.preassign(cohort, f"a{other.pk}@example.com")
            factories.CourseOverviewFactory()

    def costs():
        from django.core.cache import cache

        found = {}
        for address, browser in addresses.items():
            cache.clear()
            found[address] = queries(browser, address)
        return found

    fill(4)
    costs()
    few = costs()
    fill(16)
    assert costs() == few
    assert max(few.values()) < 40


# --- The list of cohorts ---------------------------------------------------------------------


def test_members_and_active_members_are_counted_as_in_the_lms(client, cohort):
    """Member rows with an active enrollment of this run; not memberships, not other runs."""
    active, left, elsewhere, never = factories.LearnerFactory.create_batch(4)
    for learner in (active, left, elsewhere, never):
        factories.join_cohort(cohort, learner)
    factories.EnrollmentFactory(user=active, course_id=RUN)
    factories.EnrollmentFactory(user=left, course_id=RUN, is_active=False)
    factories.EnrollmentFactory(user=elsewhere, course_id=OTHER)
    header, row = rows_of(client.get(at("cohorts"), {"_export": "csv"}))
    found = dict(zip(header, row, strict=True))
    assert (found["Members"], found["Active members"], found["Cohort id"]) == ("4", "1", str(cohort.pk))


def test_a_link_has_its_name_or_is_flagged(client, cohort):
    import_content_groups(RUN, {100: {7: "Verified only"}})
    factories.link(cohort, 100, 7)
    assert "Verified only" in text_of(client.get(at("cohorts")))
    factories.link(factories.CohortFactory(name="Lost", course_id=RUN), 100, 8)
    text = text_of(client.get(at("cohorts")))
    assert "1 cohort linked to a content group that the course no longer has" in text
    assert "group 8 of partition 100" in text


def test_a_cohort_without_its_type_row_does_not_break_the_list(client, course):
    """In the LMS the page fails."""
    CourseUserGroup.objects.create(name="Half", course_id=RUN, group_type="cohort")
    assert "No type" in text_of(client.get(at("cohorts")))


def test_learner_groups_are_not_listed(client, course):
    factories.CohortFactory(name="Book club", course_id=RUN, group_type="groups")
    assert "No cohorts yet" in text_of(client.get(at("cohorts")))


def test_names_are_text(client, course):
    cohort = factories.CohortFactory(name=HOSTILE, course_id=RUN)
    learner = factories.LearnerFactory(username="x", profile__name=HOSTILE)
    factories.join_cohort(cohort, learner)
    for address in (
        at("cohorts"),
        at("cohort", cohort.pk),
        at("cohort-edit", cohort.pk),
        at("cohort-delete", cohort.pk),
        at("assignments-new"),
        "/",
    ):
        assert "<script>alert" not in text_of(client.get(address))


# --- Create, edit, delete --------------------------------------------------------------------


def test_a_cohort_is_made_in_the_dialog_and_on_the_page(client, course):
    dialog = client.get(at("cohort-new"), headers={"HX-Request": "true"})
    assert text_of(dialog).lstrip().startswith("<dialog")
    given = {"name": "Alpha", "assignment_type": "random"}
    assert client.post(at("cohort-new"), given).url == at("cohorts")
    answer = client.post(at("cohort-new"), {**given, "name": "Beta"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == at("cohorts")
    assert sorted(CourseUserGroup.objects.values_list("name", flat=True)) == ["Alpha", "Beta"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 256}, "at most 255 characters"),
        ({"name": "ALPHA"}, "There is a cohort with this name already"),
        ({"assignment_type": "auto"}, "Select a valid choice"),
        ({"partition_id": "5"}, "Give both ids, or none."),
        ({"partition_id": "5", "group_id": "-1"}, "greater than or equal to 0"),
        ({"partition_id": "5", "group_id": str(2**31)}, "less than or equal to"),
        ({"name": "a\x00"}, "Null characters"),
    ],
)
def test_what_is_refused_is_said_at_the_field(client, cohort, given, words):
    response = client.post(at("cohort-new"), {"name": "Beta", "assignment_type": "manual", **given})
    assert response.status_code == 422
    assert words in text_of(response)
    assert CourseUserGroup.objects.count() == 1


def test_a_content_group_of_another_course_cannot_be_chosen(client, cohort):
    import_content_groups(RUN, {100: {7: "Ours"}})
    import_content_groups(OTHER, {200: {9: "Theirs"}})
    given = {"name": "Beta", "assignment_type": "manual", "content_group": "200:9"}
    assert client.post(at("cohort-new"), given).status_code == 422
    assert "Theirs" not in text_of(client.get(at("cohort-new")))


def edit(client, cohort, seen=None, **given):
    state = actions.state_of(CourseUserGroup.objects.get(pk=cohort.pk))
    values = {"name": state.name, "assignment_type": "manual", "seen": seen or actions.fingerprint(state)}
    return client.post(at("cohort-edit", cohort.pk), {**values, **given})


def test_a_form_that_was_overtaken_shows_the_newer_state_and_can_be_sent_again(client, cohort):
    seen = actions.fingerprint(actions.state_of(cohort))
    assert edit(client, cohort, name="Newer").status_code == 302
    response = edit(client, cohort, seen=seen, name="Mine")
    assert response.status_code == 409
    assert "It is “Newer” now" in text_of(response)
    assert 'value="Mine"' in text_of(response)
    newer = response.context["form"].data["seen"]
    assert edit(client, cohort, seen=newer, name="Mine").status_code == 302
    assert CourseUserGroup.objects.get().name == "Mine"


def test_a_dangling_link_is_offered_as_it_is(client, cohort):
    import_content_groups(RUN, {100: {7: "Verified only"}})
    factories.link(cohort, 100, 8)
    assert "No longer in the course: group 8 of partition 100" in text_of(client.get(at("cohort-edit", cohort.pk)))
    assert edit(client, cohort, name="Renamed", content_group="100:8").status_code == 302
    assert edit(client, cohort, content_group="").status_code == 302
    assert actions.state_of(CourseUserGroup.objects.get()).link is None


def test_a_deletion_is_previewed_and_done(client, cohort):
    factories.join_cohort(cohort, factories.LearnerFactory())
    page = text_of(client.get(at("cohort-delete", cohort.pk)))
    assert "Delete cohort <em>Alpha</em>" in page
    seen = actions.fingerprint(actions.state_of(cohort))
    assert client.post(at("cohort-delete", cohort.pk), {"seen": seen}).url == at("cohorts")
    assert not CourseUserGroup.objects.exists()


def test_the_last_automatic_cohort_has_no_delete_button(client, course):
    cohort = factories.CohortFactory(course_id=RUN, assignment_type="random")
    page = text_of(client.get(at("cohort-delete", cohort.pk)))
    assert "last automatic cohort" in page
    assert "btn--danger" not in page
    seen = actions.fingerprint(actions.state_of(cohort))
    assert client.post(at("cohort-delete", cohort.pk), {"seen": seen}).status_code == 409
    assert CourseUserGroup.objects.exists()


# --- Members ---------------------------------------------------------------------------------


def test_each_pasted_learner_has_an_outcome_on_the_page(client, cohort):
    factories.LearnerFactory(username="anna")
    response = client.post(at("cohort-add", cohort.pk), {"learners": "anna, ghost\nnew@x.org no@address@"})
    text = text_of(response)
    for words in ("Added", "Unknown", "Pre-assigned", "Invalid address", "No account has this username."):
        assert words in text
    assert CohortMembership.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n,", "Paste at least one"),
        ("an\x00na", "NUL character"),
        (" ".join(f"a{number}" for number in range(1001)), "Upload a CSV file"),
    ],
)
def test_pasted_text_that_cannot_be(client, cohort, text, words):
    response = client.post(at("cohort-add", cohort.pk), {"learners": text})
    assert response.status_code == 422
    assert words in text_of(response)


def test_members_are_listed_found_and_exported(client, cohort):
    anna, ben = (factories.LearnerFactory(username=name) for name in ("anna", "ben"))
    for learner in (anna, ben):
        factories.join_cohort(cohort, learner)
    factories.EnrollmentFactory(user=anna, course_id=RUN, mode="audit")
    CohortMembership.objects.filter(user=ben).delete()
    page = text_of(client.get(at("cohort", cohort.pk)))
    assert "Tables disagree" in page
    assert "Never enrolled" in page
    assert "ben@" not in text_of(client.get(at("cohort", cohort.pk), {"q": "Name of anna"}))
    assert "anna@" not in text_of(client.get(at("cohort", cohort.pk), {"enrolled": "no"}))
    header, *rows = rows_of(client.get(at("cohort", cohort.pk), {"_export": "csv"}))
    assert [dict(zip(header, row, strict=True))["Username"] for row in rows] == ["anna", "ben"]


def test_ticked_members_move_and_leave(client, cohort):
    beta = factories.CohortFactory(name="Beta", course_id=RUN)
    anna, ben = factories.LearnerFactory.create_batch(2)
    for learner in (anna, ben):
        factories.join_cohort(cohort, learner)
    change = at("cohort-members", cohort.pk)
    client.post(change, {"learner": [anna.pk], "target": beta.pk})
    assert cohort_of(anna) == beta.pk
    page = client.post(change, {"learner": [ben.pk, anna.pk], "remove": "yes"}, follow=True)
    assert (cohort_of(ben), cohort_of(anna)) == (None, beta.pk)
    assert "1 learner removed." in text_of(page)
    assert "removing is not excluding" in text_of(page)


def test_a_cohort_of_another_course_is_no_target_and_strangers_are_not_reached(client, cohort):
    """By form field, an instructor of one course neither fills another one nor touches its people."""
    theirs = factories.CohortFactory(name="Theirs", course_id=OTHER)
    stranger, mine = factories.LearnerFactory.create_batch(2)
    factories.join_cohort(theirs, stranger)
    factories.join_cohort(cohort, mine)
    client.post(at("cohort-members", cohort.pk), {"learner": [mine.pk], "target": theirs.pk})
    client.post(at("learners"), {"learner": [stranger.pk], "target": cohort.pk})
    client.post(at("cohort-members", cohort.pk), {"learner": [stranger.pk], "remove": "yes"})
    assert cohort_of(mine) == cohort.pk
    assert cohort_of(stranger, OTHER) == theirs.pk
    assert cohort_of(stranger) is None
    for name in ("cohort", "cohort-edit", "cohort-delete", "cohort-add", "cohort-waiting"):
        assert client.get(at(name, theirs.pk)).status_code == 404
        assert client.post(at(name, theirs.pk), {"learners": "x"}).status_code in {404, 405}


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 30], ["\u0663"]])
def test_ids_that_are_none_change_nothing(client, cohort, ids):
    learner = factories.LearnerFactory()
    factories.join_cohort(cohort, learner)
    for data in ({"remove": "yes"}, {"target": cohort.pk}, {"target": "9" * 30}, {"target": "x"}):
        assert client.post(at("cohort-members", cohort.pk), {"learner": ids, **data}).status_code == 302
        assert client.post(at("learners"), {"learner": ids, **data}).status_code == 302
    assert cohort_of(learner) == cohort.pk


def test_preassigned_addresses_are_listed_and_removed(client, cohort):
    row = factories.preassign(cohort, "late@example.com")
    assert "late@example.com" in text_of(client.get(at("cohort-waiting", cohort.pk)))
    client.post(at("cohort-waiting", cohort.pk), {"waiting": [row.pk]})
    assert not UnregisteredLearnerCohortAssignment.objects.exists()


# --- Learners of the run ---------------------------------------------------------------------


def test_learners_without_a_cohort_come_first_and_can_be_put_into_one(client, cohort):
    inside, outside = (factories.EnrollmentFactory(course_id=RUN, user__username=name).user for name in ("anna", "ben"))
    factories.join_cohort(cohort, inside)
    text = text_of(client.get(at("learners")))
    assert text.index("Select ben") < text.index("Select anna")
    assert "1 enrolled learner without a cohort" in text
    assert "Select anna" not in text_of(client.get(at("learners"), {"cohort": "none"}))
    assert "Select ben" not in text_of(client.get(at("learners"), {"cohort": cohort.pk}))
    client.post(at("learners"), {"learner": [outside.pk], "target": cohort.pk})
    assert cohort_of(outside) == cohort.pk


def test_all_unassigned_are_assigned_after_a_preview(client, cohort):
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    learner = factories.EnrollmentFactory(course_id=RUN).user
    preview = client.post(at("learners-assign"))
    bulk = BulkAssignment.objects.get()
    assert preview.url == at("assignments-detail", bulk.pk)
    assert "Will be assigned" in text_of(client.get(preview.url))
    client.post(at("assignments-confirm", bulk.pk))
    run.work(bulk.pk, worker="w")
    assert cohort_of(learner)
    assert "Finished" in text_of(client.get(preview.url))


# --- Settings and repair ---------------------------------------------------------------------


def test_a_run_that_is_not_initialised_says_so_everywhere(client, course):
    for name in ("cohorts", "settings"):
        assert "ot initialised" in text_of(client.get(at(name)))
    content = import_content_groups(RUN, {})
    content.cohort_config = {"cohorted": True, "auto_cohort_groups": ["Morning"]}
    content.save()
    assert "Morning" in text_of(client.get(at("settings")))
    assert client.post(at("settings"), {"cohorts": "off"}).status_code == 409
    assert not CourseCohortsSettings.objects.exists()
    assert client.post(at("settings"), {"cohorts": "on", "initialise": "yes"}).status_code == 302
    assert CourseCohortsSettings.objects.get().is_cohorted


def test_turning_off_says_what_it_hides(client, cohort):
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    content = import_content_groups(RUN, {100: {7: "A"}, 200: {1: "B"}}, scheme={200: "random"})
    for number, rule in enumerate(({"100": [7]}, {"200": [1]}, {"100": []}, {}, None)):
        CourseBlock.objects.create(
            course=content,
            usage_key=factories.block_key(RUN, "html", f"b{number}"),
            block_type="html",
            position=number,
            depth=1,
            group_access=rule,
        )
    factories.link(cohort, 100, 7)
    factories.join_cohort(cohort, factories.EnrollmentFactory(course_id=RUN).user)
    text = text_of(client.get(at("settings")))
    assert "1 block restricted to content groups will be seen by no learner" in text
    assert "1 active learner in cohorts with a content group loses what it opens" in text
    client.post(at("settings"), {"cohorts": "off"})
    assert "Cohorts are off." in text_of(client.get(at("cohorts")))
    assert client.post(at("settings"), {"cohorts": "off"}).status_code == 409
    assert client.post(at("settings"), {"cohorts": "maybe"}).status_code == 422


def test_drift_is_shown_and_repaired(client, cohort):
    learner = factories.LearnerFactory(username="anna")
    GroupMember.objects.create(courseusergroup=cohort, user=learner)
    assert "disagree in 1 place" in text_of(client.get(at("cohorts")))
    assert "There is no membership, the member list says “Alpha”." in text_of(client.get(at("cohorts-repair")))
    client.post(at("cohorts-repair"))
    assert cohort_of(learner) == cohort.pk
    assert "nothing to repair" in text_of(client.get(at("cohorts-repair")))


# --- Uploads ---------------------------------------------------------------------------------


def upload(client, data):
    return client.post(at("assignments-new"), {"upload": SimpleUploadedFile("list.csv", data)})


def test_an_upload_from_file_to_results(client, cohort):
    anna = factories.LearnerFactory(username="anna")
    factories.join_cohort(cohort, factories.LearnerFactory(username="ben"))
    data = "cohort,username,email\nAlpha,anna,\nAlpha,ben,\nAlpha,,=1+1@x\nTheirs,anna,\n"
    page = upload(client, data.encode()).url
    bulk = BulkAssignment.objects.get()
    preview = text_of(client.get(page))
    for words in ("Will be added", "Already there", "Invalid address", "No such cohort", "Assign 2 learners"):
        assert words in preview
    assert "anna" not in text_of(client.get(page, {"show": "present"}, **HTMX))
    client.post(at("assignments-confirm", bulk.pk))
    assert "no worker has begun yet" in text_of(client.get(page))
    run.work(bulk.pk, worker="w")
    assert cohort_of(anna) == cohort.pk
    header, *lines = rows_of(client.get(page, {"_export": "csv"}))
    outcomes = [dict(zip(header, line, strict=True)) for line in lines]
    assert [line["Outcome"] for line in outcomes] == ["Added", "Already there", "Invalid address", "No such cohort"]
    assert outcomes[2]["Learner as given"].startswith("'="), "no formula for a spreadsheet"
    summary = rows_of(client.get(at("assignments-summary", bulk.pk)))
    assert summary[0][0] == "Cohort Name"
    assert summary[1][:3] == ["Alpha", "True", "1"]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "The file is empty"), (b"\xff\xfe\x00", "UTF-16"), (b"name\nx", "must be “cohort”")],
)
def test_a_file_that_cannot_be_read_stores_nothing(client, cohort, data, words):
    response = upload(client, data)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not BulkAssignment.objects.exists()


def test_a_plan_of_another_course_is_not_found(client, cohort, client_of):
    factories.LearnerFactory(username="anna")
    page = upload(client, b"cohort,username\nAlpha,anna").url
    bulk = BulkAssignment.objects.get()
    theirs = client_of(factories.course_staff(OTHER))
    for name in ("detail", "progress", "summary", "confirm"):
        assert theirs.get(reverse(f"groups:assignments-{name}", args=[OTHER, bulk.pk])).status_code == 404
        assert theirs.get(at(f"assignments-{name}", bulk.pk)).status_code == 404
    assert theirs.post(reverse("groups:assignments-confirm", args=[OTHER, bulk.pk])).status_code == 404
    assert theirs.get(page).status_code == 404


def test_progress_asks_until_the_end(client, cohort):
    factories.LearnerFactory(username="anna")
    upload(client, b"cohort,username\nAlpha,anna")
    bulk = BulkAssignment.objects.get()
    client.post(at("assignments-confirm", bulk.pk))
    address = at("assignments-progress", bulk.pk)
    assert 'hx-trigger="every 5s"' in text_of(client.get(address, {"seen": "running"}))
    run.work(bulk.pk, worker="w")
    done = client.get(address, {"seen": "running"})
    assert 'hx-trigger="every 5s"' not in text_of(done)
    assert "is done." in done.headers["HX-Trigger-After-Settle"]


# --- Home ------------------------------------------------------------------------------------


def test_the_home_card_shows_sizes_and_who_has_no_cohort(client, client_of, cohort):
    CourseCohortsSettings.objects.create(course_id=RUN, is_cohorted=True)
    factories.join_cohort(cohort, factories.LearnerFactory())
    factories.EnrollmentFactory(course_id=RUN)
    text = text_of(client.get("/"))
    assert "Alpha · Data Science" in text
    assert "1 learner without a cohort" in text
    assert "Alpha · Data Science" not in text_of(client_of(factories.support()).get("/"))
    assert "Alpha · Data Science" not in text_of(client_of(factories.course_staff(OTHER)).get("/"))
