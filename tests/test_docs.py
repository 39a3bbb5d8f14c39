"""The documents keep up with the code: variables that are read are described, links lead somewhere."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from console.platform import OWN_PREFIX, PlatformModel

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/decisions").glob("*.md")),
]
CODE = [
    path
    for name in ("console", "enrollments", "groups", "resets", "tests")
    for path in sorted((ROOT / name).rglob("*.py"))
]


def test_every_variable_of_the_settings_is_described():
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', (ROOT / "console/settings.py").read_text()))
    described = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operators.md").read_text(), re.MULTILINE)
    assert "DATABASE_URL" in read
    assert sorted(described) == sorted(read)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page):
    text = page.read_text()
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
        path, _, heading = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if heading:
            assert heading in _anchors(linked.read_text()), target


def test_decisions_named_in_the_code_exist():
    numbers = {path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")}
    named = {number for path in CODE for number in re.findall(r"docs/decisions/(\d{4})", path.read_text())}
    assert named
    assert named <= numbers


def test_decisions_are_numbered_without_gaps():
    found = sorted(path.name for path in (ROOT / "docs/decisions").glob("*.md"))
    assert [name[:4] for name in found] == [f"{number:04}" for number in range(1, len(found) + 1)]


def _anchors(text):
    """Return the anchors that the headings of a page get on GitHub and the like."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(heading):
    """Return a section of the operators' page."""
    return (ROOT / "docs/operators.md").read_text().partition(f"### {heading}\n")[2].partition("\n### ")[0]


def test_every_table_of_ours_is_named():
    ours = {model._meta.db_table for model in apps.get_models() if model._meta.db_table.startswith(OWN_PREFIX)}
    named = set(re.findall(r"`(lectern_\w+)`", section("What migrations make")))
    assert ours <= named


def test_every_table_of_the_platform_that_is_written_is_named():
    """As its model declares; owners of learner state write further ones, which they name themselves."""
    used = {model._meta.db_table: model.table_use for model in apps.get_models() if issubclass(model, PlatformModel)}
    written = {table for table, use in used.items() if use.insert or use.update or use.delete}
    assert written <= set(re.findall(r"`(\w+)`", section("What is written later")))
