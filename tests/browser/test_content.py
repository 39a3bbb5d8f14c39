"""Course content in the browser: import an export, make and edit a configuration by keyboard, axe on every page."""

import pytest
from playwright.sync_api import expect

from groups.configurations.usage import usage_of
from groups.models import CourseContent
from groups.olx.rows import stored_partitions
from groups.olx.store import import_content
from tests import factories
from tests.browser.test_accessibility import faults, looks
from tests.groups.exports import SEA, SEAMANSHIP, packed, seamanship

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = f"/groups/{SEA}"
WATCHES, FILMS = 718223341, 1093344556


@pytest.fixture
def instructor(transactional_db):
    factories.CourseOverviewFactory(id=SEA, display_name="Seamanship 101")
    return factories.course_staff(SEA)


@pytest.fixture
def content(instructor):
    import_content(course=seamanship(), course_key=SEA, source="autumn.tar.gz")
    factories.link(factories.CohortFactory(name="North", course_id=SEA), WATCHES, 402113377)
    factories.link(factories.CohortFactory(name="Lost", course_id=SEA), WATCHES, 5)
    return CourseContent.objects.get()


def export(tmp_path):
    """Return the path of an archive of the realistic course."""
    files = [path for path in SEAMANSHIP.rglob("*") if path.is_file()]
    archive = tmp_path / "seamanship.tar.gz"
    members = {f"course/{path.relative_to(SEAMANSHIP).as_posix()}": path.read_bytes() for path in files}
    archive.write_bytes(packed(members).getvalue())
    return archive


@pytest.mark.parametrize("scripts", [True, False])
def test_an_export_is_imported(browse, instructor, tmp_path, scripts):
    page = browse(instructor, java_script_enabled=scripts)
    page.goto(f"{PAGES}/configurations/")
    page.get_by_role("link", name="Import the content").click()
    page.get_by_label("Export file").set_input_files(export(tmp_path))
    page.get_by_role("button", name="Read the export").click()
    expect(page.get_by_role("heading", name="What the import would change")).to_be_visible()
    expect(page.locator("#table tbody tr").first).to_contain_text("Watches")
    assert not CourseContent.objects.exists()

    page.get_by_role("button", name="Import 33 blocks").click()
    expect(page.get_by_text("The content was imported.")).to_be_visible()
    page.get_by_role("link", name="Configurations").click()
    expect(page.locator("#table tbody tr")).to_have_count(3)


def test_a_refused_file_is_said_at_the_field(browse, instructor, tmp_path):
    page = browse(instructor)
    page.goto(f"{PAGES}/import/")
    (tmp_path / "x.tar.gz").write_bytes(b"no archive")
    page.get_by_label("Export file").set_input_files(tmp_path / "x.tar.gz")
    page.get_by_role("button", name="Read the export").click()
    expect(page.get_by_role("alert")).to_contain_text("This is no .tar.gz archive")
    assert faults(page, "refused") == []


def test_a_configuration_is_made_and_edited_by_keyboard(browse, instructor, content):
    page = browse(instructor)
    page.goto(f"{PAGES}/configurations/")
    page.get_by_role("link", name="New configuration").press("Enter")
    page.get_by_label("Kind").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("Harbours")
    for text in ("", "", "Kiel", "", "Bergen"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Harbours” was saved.")).to_be_visible()
    made = next(part for part in stored_partitions(content) if part.name == "Harbours")
    assert [group.name for group in made.groups] == ["Kiel", "Bergen"]

    page.get_by_role("link", name="Edit", exact=True).press("Enter")
    page.get_by_label("Delete Bergen").press("Space")
    page.get_by_label("Name of group 3").fill("Oslo")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("rowheader", name="Oslo")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Bergen")).to_have_count(0)


def test_more_rows_do_not_save(browse, instructor, content):
    page = browse(instructor)
    page.goto(f"{PAGES}/configurations/{WATCHES}/edit/")
    page.get_by_label("Name of group 1", exact=True).fill("Typed")
    page.get_by_role("button", name="More rows").click()
    expect(page.get_by_label("Name of group 1", exact=True)).to_have_value("Typed")
    expect(page.get_by_label("Name of group 8 (new)")).to_be_visible()
    assert stored_partitions(content)[0].groups[0].name == "Day watch"


def test_uses_lead_to_the_group(browse, instructor, content):
    page = browse(instructor)
    page.goto(f"{PAGES}/configurations/{WATCHES}/")
    page.get_by_role("link", name="blocks that use Night watch").click()
    expect(page.locator("#table tbody tr")).to_have_count(len(usage_of(content).blocks_of(WATCHES, 1533012988)))
    expect(page.locator("#table")).to_contain_text("Knots / Hitches / Clove Hitch")


@looks
def test_pages_are_accessible_and_fit(browse, content, tmp_path, width, scheme):
    page = browse(factories.course_staff(SEA), width=width, color_scheme=scheme)
    addresses = ["", f"{WATCHES}/", f"{WATCHES}/edit/", f"{WATCHES}/delete/", f"{FILMS}/", "new/", "json/"]
    for address in [*(f"configurations/{part}" for part in addresses), "import/"]:
        page.goto(f"{PAGES}/{address}")
        assert faults(page, address) == []
    page.get_by_label("Export file").set_input_files(export(tmp_path))
    page.get_by_role("button", name="Read the export").click()
    expect(page.get_by_role("heading", name="What the import would change")).to_be_visible()
    assert faults(page, "preview") == []
