"""A list under the hands: sort, filter, page, go back, export."""

import csv
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZE = 60


@pytest.fixture
def courses(browse, agent):
    """The courses of a learner with 60 enrollments, 20 of them in audit mode."""
    learner = factories.LearnerFactory(username="amina", profile__name="Amina Yusuf")
    for number in range(SIZE):
        course = factories.CourseOverviewFactory(display_name=f"Course {number:02}")
        factories.EnrollmentFactory(user=learner, course=course, mode="verified" if number % 3 else "audit")
    page = browse(agent)
    page.goto("/learners/amina/courses/")
    # A full load of the page would lose this mark.
    page.evaluate("window.isStillThere = true")
    return page


def query(page):
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def is_still_there(page):
    return page.evaluate("window.isStillThere === true")


def count(page):
    return page.locator(".table-count")


def first_row(page):
    return page.locator("#table tbody tr").first


def sort_by_course(page, direction):
    page.get_by_role("link", name="Course", exact=True).click()
    header = page.get_by_role("columnheader", name="Course", exact=True)
    expect(header).to_have_attribute("aria-sort", direction)


def test_sorting_follows_in_the_address_without_a_new_page(courses):
    sort_by_course(courses, "ascending")
    expect(first_row(courses)).to_contain_text("Course 00")
    assert query(courses) == {"sort": "course"}
    sort_by_course(courses, "descending")
    expect(first_row(courses)).to_contain_text("Course 59")
    assert query(courses) == {"sort": "-course"}
    assert is_still_there(courses)


def test_a_filter_is_a_chip_that_can_be_taken_away(courses):
    courses.get_by_label("Mode").select_option("audit")
    expect(count(courses)).to_have_text("1–20 of 20")
    assert query(courses) == {"mode": "audit"}
    courses.get_by_label("Enrolled").select_option("yes")
    chips = courses.get_by_role("list", name="Filters in force").get_by_role("link")
    expect(chips).to_have_count(2)
    chips.filter(has_text="Mode").click()
    expect(count(courses)).to_have_text("1–25 of 60")
    expect(chips).to_have_count(1)
    expect(courses.get_by_label("Mode")).to_have_value("")
    expect(courses.get_by_label("Enrolled")).to_have_value("yes")
    assert query(courses) == {"active": "yes"}
    assert is_still_there(courses)


def test_a_filter_that_was_taken_away_does_not_come_back_with_the_next(courses):
    courses.get_by_label("Mode").select_option("audit")
    courses.get_by_role("list", name="Filters in force").get_by_role("link").click()
    expect(count(courses)).to_have_text("1–25 of 60")
    courses.get_by_label("Enrolled").select_option("yes")
    expect(courses.get_by_role("list", name="Filters in force").get_by_role("link")).to_have_count(1)
    assert query(courses) == {"active": "yes"}


def test_typing_searches_and_keeps_the_focus(courses):
    field = courses.get_by_role("search", name="Filter this list").get_by_role("searchbox")
    field.click()
    courses.keyboard.type("Course 5", delay=30)
    expect(count(courses)).to_have_text("1–10 of 10")
    expect(field).to_be_focused()
    courses.keyboard.type("7", delay=30)
    expect(count(courses)).to_have_text("1–1 of 1")
    expect(field).to_be_focused()
    expect(field).to_have_value("Course 57")
    assert query(courses) == {"q": "Course 57"}
    assert is_still_there(courses)


def test_pages_and_page_size(courses):
    pages = courses.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Next").click()
    expect(count(courses)).to_have_text("26–50 of 60")
    assert query(courses) == {"page": "2"}
    pages.get_by_role("link", name="100 rows a page").click()
    expect(count(courses)).to_have_text("1–60 of 60")
    assert query(courses)["per_page"] == "100"
    expect(courses.locator("#table tbody tr")).to_have_count(SIZE)
    assert is_still_there(courses)


def test_a_filter_keeps_sort_and_page_size_and_returns_to_the_first_page(courses):
    courses.get_by_role("link", name="50 rows a page").click()
    expect(count(courses)).to_have_text("1–50 of 60")
    sort_by_course(courses, "ascending")
    courses.get_by_role("link", name="Next").click()
    expect(count(courses)).to_have_text("51–60 of 60")
    courses.get_by_label("Enrolled").select_option("yes")
    expect(count(courses)).to_have_text("1–50 of 60")
    assert query(courses) == {"per_page": "50", "sort": "course", "active": "yes"}


def test_the_last_of_two_quick_clicks_counts(courses):
    courses.evaluate("""() => {
      document.querySelector("#table th a").click();
      document.querySelector("#table a[rel=next]").click();
    }""")
    expect(count(courses)).to_have_text("26–50 of 60")
    assert query(courses) == {"page": "2"}


def test_back_and_reload_show_the_whole_page_as_it_was(courses):
    courses.get_by_label("Mode").select_option("audit")
    expect(count(courses)).to_have_text("1–20 of 20")
    sort_by_course(courses, "ascending")
    courses.get_by_role("navigation", name="Sections").get_by_role("link", name="Resets").click()
    expect(courses.get_by_role("heading", level=1, name="Resets")).to_be_visible()
    courses.go_back()
    expect_whole_page(courses, "1–20 of 20", {"mode": "audit", "sort": "course"})
    courses.go_back()
    expect_whole_page(courses, "1–20 of 20", {"mode": "audit"})
    courses.go_back()
    expect_whole_page(courses, "1–25 of 60", {})
    expect(courses.get_by_label("Mode")).to_have_value("")
    courses.go_forward()
    expect_whole_page(courses, "1–20 of 20", {"mode": "audit"})
    courses.reload()
    expect_whole_page(courses, "1–20 of 20", {"mode": "audit"})


def expect_whole_page(page, words, parameters):
    expect(count(page)).to_have_text(words)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amina Yusuf")
    expect(page.get_by_role("navigation", name="Sections")).to_have_count(1)
    expect(page.locator("#table")).to_have_count(1)
    assert query(page) == parameters


def test_the_export_is_what_the_list_shows(courses, tmp_path):
    courses.get_by_label("Mode").select_option("audit")
    expect(count(courses)).to_have_text("1–20 of 20")
    with courses.expect_download() as download:
        courses.get_by_role("link", name="Export CSV").click()
    assert re.fullmatch(r".*amina.*\.csv", download.value.suggested_filename)
    download.value.save_as(tmp_path / "courses.csv")
    with (tmp_path / "courses.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert {row["Mode"] for row in rows} == {"audit"}


def test_a_wrong_filter_is_said_in_place(browse, agent):
    factories.EnrollmentFactory()
    page = browse(agent)
    page.goto("/enrollments/")
    page.get_by_role("textbox", name="Course key").fill("course-v1:broken")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“course-v1:broken” is no course key")
    expect(page.get_by_role("link", name="Export CSV")).to_have_count(0)


def test_a_column_is_put_away_and_stays_away(courses):
    grades = courses.get_by_role("columnheader", name="Grade")
    courses.get_by_text("Columns", exact=True).click()
    courses.get_by_label("Grade").uncheck()
    expect(grades).to_have_count(0)
    sort_by_course(courses, "ascending")
    expect(grades).to_have_count(0)
    courses.reload()
    expect(courses.get_by_role("columnheader", name="Course", exact=True)).to_be_visible()
    expect(grades).to_have_count(0)
    # Another list has its own columns.
    courses.goto("/enrollments/")
    expect(grades).to_be_visible()


def test_the_focus_stays_where_the_list_was_changed(courses):
    by_course = courses.get_by_role("link", name="Course", exact=True)
    by_course.press("Enter")
    expect(courses.get_by_role("columnheader", name="Course", exact=True)).to_have_attribute("aria-sort", "ascending")
    expect(by_course).to_be_focused()
    courses.get_by_role("link", name="Next").press("Enter")
    expect(count(courses)).to_have_text("26–50 of 60")
    expect(courses.locator("#table")).to_be_focused()


def test_a_narrow_screen_shows_rows_as_cards_and_folds_the_filters(browse, agent):
    learner = factories.LearnerFactory(username="amina")
    course = factories.CourseOverviewFactory(display_name="Data Science 101")
    factories.EnrollmentFactory(user=learner, course=course)
    page = browse(agent, width=390)
    page.goto("/learners/amina/courses/")
    mode = page.get_by_label("Mode")
    expect(page.get_by_label("Course", exact=True)).to_be_visible()
    expect(mode).to_be_hidden()
    page.get_by_role("button", name="Filters").press("Enter")
    expect(mode).to_be_visible()
    cell = page.locator("#table tbody td").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Course run"'
    # What one came for is in sight without scrolling sideways.
    action = page.locator(".reset-action")
    box = action.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


# --- Width ---------------------------------------------------------------------------------------


def wider_than_their_card(page):
    """Return the names of the tables that scroll sideways."""
    return page.locator(".table-wrap").evaluate_all(
        "tables => tables.filter(table => table.scrollWidth > table.clientWidth).map(table => table.ariaLabel)"
    )


def test_the_longest_words_of_a_learners_courses_fit_a_usual_window(browse, agent):
    learner = factories.LearnerFactory(username="amina")
    begun = {"start": factories.days_ago(310), "end": factories.days_ago(-310)}
    course = factories.CourseOverviewFactory(display_name="Data Science 101", **begun)
    factories.OptInFactory(course=course)
    enrollment = factories.EnrollmentFactory(user=learner, course=course, mode="professional")
    factories.CourseGradeFactory(enrollment=enrollment, percent_grade=0.25)
    factories.AuditFactory(course_enrollment=enrollment, status="failed")
    gone = "course-v1:Caribe+NURS300+2026"
    factories.OptInFactory(course_id=gone)
    factories.EnrollmentFactory(user=learner, course_id=gone)
    page = browse(agent)
    page.goto("/learners/amina/courses/")
    for words in ("Try again…", "Course run not found", "Not passing", "Started 10 months ago"):
        expect(page.locator("#table")).to_contain_text(words)
    assert wider_than_their_card(page) == []


@pytest.mark.parametrize("width", [1360, 390])
def test_the_numbers_of_a_plot_fit_their_card(browse, agent, width):
    for status in ("complete", "failed", "in_progress", "enqueued"):
        factories.AuditFactory(status=status, course_enrollment=factories.EnrollmentFactory())
    page = browse(agent, width=width)
    page.goto("/")
    page.get_by_text("Numbers as a table").click()
    expect(page.locator(".plot tbody td")).to_have_text("1 complete, 1 failed, 1 in progress, 1 enqueued")
    assert wider_than_their_card(page) == []
