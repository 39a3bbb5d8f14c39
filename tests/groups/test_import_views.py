"""The pages of an import: upload, preview, confirmation; and what each refuses."""

import io
import json

import pytest
from django.urls import reverse
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from groups.learner_groups.actions import Details, create
from groups.models import (
    ContentImport,
    CourseBlock,
    CourseContent,
    LearnerGroupLink,
    UserPartition,
)
from groups.olx import drafts
from groups.olx.packing import pack, unpack
from groups.olx.store import import_content
from tests import factories
from tests.groups.exports import SEAMANSHIP, SMALL, packed, read_small, seamanship, small

pytestmark = pytest.mark.django_db
RERUN = CourseKey.from_string("course-v1:MineX+M1+2027")
UNIT = '<html url_name="a" display_name="A &amp; &lt;b&gt;"/><html url_name="b" x="1"/>'


@pytest.fixture
def instructor():
    return factories.course_staff(SMALL)


@pytest.fixture
def browser(client_of, instructor):
    return client_of(instructor)


def upload(browser, file=None, key=SMALL, name="course.tar.gz"):
    file = file or packed(small(UNIT))
    file.name = name
    return browser.post(reverse("groups:import", args=[key]), {"archive": file})


def confirm(browser, response, **data):
    return browser.post(response.url, {"seen_revision": 0, **data})


def page(browser, response):
    return browser.get(response.url).content.decode()


# --- The way through -------------------------------------------------------------------------


def test_an_upload_is_shown_then_imported(browser, instructor):
    response = upload(browser)
    shown = page(browser, response)
    assert "A &amp; &lt;b&gt;" in shown
    assert not CourseContent.objects.exists()

    done = browser.post(response.url, {"seen_revision": 0}, follow=True)
    assert "The content was imported. 6 blocks: added." in done.content.decode()
    assert CourseBlock.objects.count() == 6
    assert CourseContent.objects.get().imported_by == instructor
    assert not ContentImport.objects.exists()


def test_the_preview_says_what_would_change(browser):
    import_content(course=read_small('<html url_name="b" display_name="Old"/>'), course_key=SMALL, source="x")
    response = upload(browser)
    shown = page(browser, response)
    assert "was “Old”" in shown
    exported = browser.get(response.url, {"_export": "csv"}).getvalue().decode()
    assert "Renamed,block,b,was “Old”" in exported


def test_the_preview_warns_that_edits_would_be_lost(browser):
    import_content(course=read_small(UNIT), course_key=SMALL, source="x")
    response = upload(browser)
    assert "were edited here" not in page(browser, response)
    content = CourseContent.objects.get()
    UserPartition.objects.create(course=content, partition_id=100, name="P", scheme="cohort", position=0)
    assert "were edited here" in page(browser, response)


def test_a_preview_has_a_page_of_rows_and_few_queries(browser, django_assert_max_num_queries):
    response = upload(browser, packed(small("".join(f'<html url_name="h{n}" x="1"/>' for n in range(300)))))
    with django_assert_max_num_queries(25):
        shown = page(browser, response)
    assert "1–25 of 304" in shown


def test_an_upload_can_be_discarded(browser):
    response = upload(browser)
    browser.post(f"{response.url}discard/")
    assert not ContentImport.objects.exists()
    assert browser.get(response.url).status_code == 404


def test_the_page_tells_of_the_last_import(browser):
    import_content(course=read_small(UNIT), course_key=SMALL, source="autumn.tar.gz")
    shown = browser.get(reverse("groups:import", args=[SMALL])).content.decode()
    assert "autumn.tar.gz" in shown
    assert "by the command line" in shown


def test_a_newer_upload_replaces_the_older_one(browser):
    first = upload(browser)
    second = upload(browser)
    assert browser.get(first.url).status_code == 404
    assert browser.get(second.url).status_code == 200


def test_old_uploads_are_forgotten(browser, client_of):
    upload(client_of(factories.admin_user()))
    ContentImport.objects.update(created=timezone.now() - drafts.DRAFT_LIFE * 2)
    upload(browser)
    assert ContentImport.objects.count() == 1


def test_what_is_kept_between_is_what_was_read():
    for course in (seamanship(), read_small(UNIT)):
        assert unpack(pack(course)) == course


# --- Another run -----------------------------------------------------------------------------


def test_an_export_of_another_run_needs_to_be_meant(client_of):
    browser = client_of(factories.course_staff(RERUN))
    response = upload(browser, key=RERUN)
    assert "This is the export of another course run" in page(browser, response)

    refused = confirm(browser, response)
    assert refused.status_code == 422
    assert "Say that it is meant for this run" in refused.content.decode()
    assert not CourseContent.objects.exists()

    assert confirm(browser, response, from_another_run="1").status_code == 302
    assert CourseContent.objects.get().course_id == RERUN
    assert {row.usage_key.course_key for row in CourseBlock.objects.all()} == {RERUN}


def test_the_same_run_with_an_old_key_is_the_same_run(client_of):
    key = CourseKey.from_string("MineX/M1/2026")
    browser = client_of(factories.course_staff(key))
    assert "another course run" not in page(browser, upload(browser, key=key))


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (io.BytesIO(b"no archive"), "course.tar.gz: This is no .tar.gz archive"),
        (io.BytesIO(b""), "This is no .tar.gz archive"),
        (packed({"a/b.xml": b"<x/>"}), "There is no course.xml"),
        (packed(small("<html>")), "course/course/2026.xml: This is not well-formed XML"),
        (packed(small(policy="{")), "course/policies/2026/policy.json: It is not JSON"),
    ],
)
def test_a_refused_file_says_where_and_why(browser, file, message):
    response = upload(browser, file)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not ContentImport.objects.exists()


def test_nothing_chosen_and_too_large_are_refused(browser, settings):
    assert browser.post(reverse("groups:import", args=[SMALL])).status_code == 422
    settings.LECTERN_OLX_UPLOAD_MB = 0
    assert "larger than 0 MB" in upload(browser).content.decode()


def test_a_change_in_the_meantime_is_409_and_a_second_look_goes_through(browser):
    response = upload(browser)
    import_content(course=read_small('<html url_name="b" display_name="Other"/>'), course_key=SMALL, source="x")
    refused = confirm(browser, response)
    assert refused.status_code == 409
    assert "Look at the changes again" in refused.content.decode()
    assert 'name="seen_revision" value="1"' in refused.content.decode()
    assert CourseBlock.objects.count() == 5

    assert confirm(browser, response, seen_revision=1).status_code == 302
    assert CourseBlock.objects.count() == 6


def test_a_broken_form_is_422(browser):
    assert browser.post(upload(browser).url, {"seen_revision": "x"}).status_code == 422


def test_an_upload_of_another_run_is_404(browser, client_of):
    both = factories.course_staff(RERUN)
    foreign = upload(client_of(both), key=RERUN).url.rstrip("/").rpartition("/")[2]
    for name in ("groups:import-preview", "groups:import-discard"):
        assert browser.post(reverse(name, args=[SMALL, foreign]), {"seen_revision": 0}).status_code == 404
    assert ContentImport.objects.count() == 1


def test_an_archive_of_the_realistic_course_goes_through(client_of):
    files = {
        f"course/{path.relative_to(SEAMANSHIP).as_posix()}": path.read_bytes()
        for path in SEAMANSHIP.rglob("*")
        if path.is_file()
    }
    key = seamanship().key
    browser = client_of(factories.admin_user())
    assert confirm(browser, upload(browser, packed(files), key=key)).status_code == 302
    assert CourseContent.objects.get().display_name == "Seamanship 101"


# --- Links to content groups that go ---------------------------------------------------------


def policy_with(*names):
    groups = [{"id": number, "name": name, "version": 1} for number, name in enumerate(names, 1)]
    partition = {
        "id": 7, "name": "Content <groups>", "description": "", "scheme": "cohort", "active": True,
        "parameters": {}, "version": 3, "groups": groups,
    }  # fmt: skip
    return json.dumps({"course/2026": {"user_partitions": [partition]}})


@pytest.fixture
def linked_groups(instructor):
    """Content with two groups; a cohort is linked to one, a cohort and a learner group to the other."""
    course = read_small(policy=policy_with("Honors", "Regular"))
    import_content(course=course, course_key=SMALL, source="", actor=instructor, seen_revision=0)
    for name, content_group in (("Fast", 1), ("Slow", 2)):
        factories.link(factories.CohortFactory(course_id=SMALL, name=name), 7, content_group)
    evening = create(course_key=SMALL, details=Details("Evening"), actor=instructor)
    LearnerGroupLink.objects.create(
        group=evening.learner_group, partition_id=7, group_id_in_partition=2, created=timezone.now()
    )


def test_links_that_an_import_leaves_dangling_are_named_before_it(browser, linked_groups):
    response = upload(browser, packed(small(policy=policy_with("Honors"))))
    draft = ContentImport.objects.get()
    assert drafts.preview(draft).left_dangling == [
        ("Evening", "Content <groups>", "Regular"),
        ("Slow", "Content <groups>", "Regular"),
    ]
    shown = page(browser, response)
    assert "2 links would lead nowhere." in shown
    assert "Content &lt;groups&gt;" in shown
    assert "Fast" not in shown


def test_an_import_that_keeps_the_content_groups_warns_of_nothing(browser, linked_groups):
    response = upload(browser, packed(small(policy=policy_with("Honors renamed", "Regular", "Third"))))
    assert "lead nowhere" not in page(browser, response)
