"""Queries by chance, valid and broken, on every list: an answer or a sentence, and never a leak."""

import json
from functools import cache

import pytest
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opaque_keys.edx.keys import CourseKey

from console import querying
from console.admin import site
from console.queries import lists
from console.query_fields import Key, Uuid
from console.views import INTROSPECT
from tests import factories

pytestmark = pytest.mark.django_db

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
HOPS = 2
by_chance = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# --- Every list that can be asked ------------------------------------------------------------


def console_lists():
    """Return the names of the console's lists with a query box."""
    found = []
    for namespace, (_, resolver) in get_resolver().namespace_dict.items():
        names = {name for name in resolver.reverse_dict if isinstance(name, str)}
        found += [f"{namespace}:{name}" for name in names if f"{name}-{INTROSPECT}" in names]
    return sorted(name for name in found if lists.find(name))


@cache
def every_list():
    names = [*console_lists(), *(model_admin.query_list for model_admin in site._registry.values())]
    return [lists.find(name) for name in names]


def test_the_lists_of_the_console_and_of_the_admin_are_among_them():
    names = {found.name for found in every_list()}
    assert {"enrollments:list", "resets:list", "admin:auth.user"} <= names
    assert len(names) > len(site._registry)


# --- Queries by chance -----------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
DATES = st.sampled_from(["2026-11-21", "2026-11", "2026", "today", "yesterday", "2026-11-21 10:30", "1000-01-01"])
VALUES = {
    "str": TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False)),
    "int": st.integers(-(2**31), 2**31 - 1).map(str),
    "float": st.floats(-1e9, 1e9).map(lambda number: f"{number:.3f}"),
    "datetime": DATES.map(json.dumps),
    "bool": st.sampled_from(["True", "False"]),
}
OPERATORS = {
    "str": ["=", "!=", "~", "!~", "startswith", "not startswith", "endswith", "not endswith", "in", "not in"],
    "int": ["=", "!=", "<", "<=", ">", ">=", "in", "not in"],
    "float": ["=", "!=", "<", "<=", ">", ">=", "in", "not in"],
    "datetime": ["=", "!=", "<", "<=", ">", ">=", "~", "!~", "in", "not in"],
    "bool": ["=", "!="],
}
# Text that is not any text: a part of a key, and a whole UUID.
SPECIAL = {Key: "key", Uuid: "uuid"}
VALUES |= {"key": VALUES["str"], "uuid": st.uuids().map(lambda found: f'"{found}"')}
OPERATORS |= {"key": ["~", "!~", "startswith", "endswith"], "uuid": ["=", "!=", "in", "not in"]}


@cache
def paths(found):
    """Return every field that a query on the list can lead to, with its dotted name."""
    guarded = found.schema(found.model)

    def below(label, path):
        for name, field in guarded.models[label].items():
            yield [*path, name], field
            if field.type == "relation" and len(path) < querying.MAX_HOPS:
                yield from below(field.relation, [*path, name])

    reached = below(guarded.model_label(found.model), [])
    return [(".".join(path), field) for path, field in reached if field.type != "relation" or field.nullable]


@st.composite
def comparisons(draw, found):
    """Make one comparison that the list can answer."""
    name, field = draw(st.sampled_from(paths(found)))
    if field.type == "relation" or (field.nullable and draw(st.booleans())):
        return f"{name} {draw(st.sampled_from(['=', '!=']))} None"
    kind = SPECIAL.get(type(field), field.type)
    operator = draw(st.sampled_from(OPERATORS[kind]))
    if operator.split()[-1] != "in":
        return f"{name} {operator} {draw(VALUES[kind])}"
    return f"{name} {operator} ({', '.join(draw(st.lists(VALUES[kind], min_size=1, max_size=3)))})"


def valid(found):
    """Make queries of some comparisons, joined and in brackets."""
    joint = st.sampled_from([" and ", " or ", "\nand "])
    joined = lambda inner: st.tuples(inner, joint, inner).map("".join) | inner.map("({})".format)  # noqa: E731
    return st.recursive(comparisons(found), joined, max_leaves=5)


@st.composite
def lists_with(draw, make):
    found = draw(st.sampled_from(every_list()))
    return found, draw(make(found))


@st.composite
def broken(draw, found):
    """Make a query of a valid one by taking something away, twice, or putting something else in."""
    text = draw(valid(found))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 4)))
        text = text[:start] + draw(st.sampled_from(["", text[start:end] * 2, *PIECES]) | TEXTS) + text[end:]
    return text


PIECES = [
    "(",
    ")",
    '"',
    "'",
    "\\",
    ".",
    "..",
    ",",
    "not ",
    "in",
    "None",
    "=",
    "~",
    "\n",
    "\t",
    "9" * 40,
    "-1e400",
    "\\u0000",
]


# --- An answer or a sentence -----------------------------------------------------------------


@pytest.fixture
def root(client_of):
    """The browser of a superuser, over one row of each thing that resets touch."""
    enrollment = factories.EnrollmentFactory(course=factories.CourseOverviewFactory(id=RUN))
    factories.AuditFactory(course_enrollment=enrollment)
    return client_of(factories.admin_user())


def ask(client, found, text):
    """Return the page of a list under a query, and what it says against the query."""
    page = client.get(found.url, {found.variable: text})
    assert page.status_code == 200
    refusal = page.context["cl"].explanation if "cl" in page.context else page.context["refusal"]
    return page, refusal


@by_chance
@given(lists_with(valid))
def test_a_valid_query_is_answered(root, asked):
    _, refusal = ask(root, *asked)
    assert refusal is None


@by_chance
@given(lists_with(broken))
def test_a_broken_query_is_answered_or_explained(root, asked):
    _, refusal = ask(root, *asked)
    assert refusal is None or refusal.message


@by_chance
@given(found=st.sampled_from(every_list()), text=st.text(max_size=200))
def test_any_text_is_answered_or_explained(root, found, text):
    _, refusal = ask(root, found, text)
    assert refusal is None or refusal.message


BAD = {
    "10,000 characters": "x" * 10_000,
    "10,000 characters of text": f'id = "{"x" * 10_000}"',
    "a hundred brackets": "(" * 100 + "id = 1" + ")" * 100,
    "brackets that do not close": "(" * 9 + "id = 1",
    "a number without end": "id = " + "9" * 900,
    "a list without end": f"id in ({', '.join(['1'] * 300)})",
    "a date that does not exist": 'id = 1 and created > "2026-02-30"',
    "an unknown field": "no_such_field = 1",
    "a dotted nothing": "..id = 1",
    "a lookup of Django's": "id__in = 1",
    "text from right to left": "\u202eid = 1\u202c",
    "combining marks": "i\u0301d = 1",
    "letters from elsewhere": "іd = 1",
    "an emoji": 'id = "🦉"',
    "nothing to see": "\u200b\u2060\ufeff",
    "NUL": "id\0= 1",
    "control characters": "\x01\x1b[31mid = 1",
    "other spaces": "id\u00a0=\u20031",
    "markup": "<script>alert(1)</script>",
    "a format": "%s%(id)s{0}{id}",
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("name", ["enrollments:list", "resets:list", "admin:auth.user"])
def test_bad_input_is_explained_in_place(root, name, what):
    page, refusal = ask(root, lists.find(name), BAD[what])
    text = page.text
    if what.endswith("without end"):
        assert refusal is None
    elif what == "NUL" and name.startswith("admin:"):
        assert "Null characters are not allowed" in text
    else:
        assert refusal.message
        assert 'class="query-error"' in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("found", every_list(), ids=lambda found: found.name)
def test_bytes_that_are_no_text(root, found):
    assert root.get(f"{found.url}?{found.variable}=%ff%fe%00id%20%3d%201").status_code == 200


# --- Never a leak ----------------------------------------------------------------------------


def relations_of(model):
    """Yield every relation of a model, listed or not, by each name that Django's lookups know it by."""
    for field in model._meta.get_fields(include_hidden=True):
        if field.is_relation and field.related_model is not None:
            yield field.name, field.related_model
            accessor = getattr(field, "get_accessor_name", lambda: None)()
            if accessor and accessor != field.name:
                yield accessor.rstrip("+"), field.related_model


def columns_of(model):
    """Yield the name of every column, and of its attribute (`user_id`)."""
    for field in model._meta.concrete_fields:
        yield field.name
        if field.attname != field.name:
            yield field.attname


def is_listed(found, path):
    """Follow a path through what the schema lists, and not through what it makes of it."""
    guarded, model = found.schema(found.model), found.model
    for number, name in enumerate(path, 1):
        listed = {field if isinstance(field, str) else field.name for field in guarded.get_fields(model)}
        if name not in listed:
            return False
        if number < len(path):
            model = model._meta.get_field(name).related_model
            if model not in guarded.allowed:
                return False
    return True


def guarded_paths(found):
    """Yield every path over one or two relations, and over none, to each column that is not listed."""
    steps = [((), found.model)]
    for name, model in relations_of(found.model):
        steps.append(((name,), model))
        steps += [((name, further), beyond) for further, beyond in relations_of(model)]
    for path, model in steps:
        for column in columns_of(model):
            if not is_listed(found, (*path, column)):
                yield (*path, column)


@pytest.mark.parametrize("found", every_list(), ids=lambda found: found.name)
def test_no_guarded_column_can_be_asked_for_over_any_relation(found):
    texts = [joint.join(path) for path in set(guarded_paths(found)) for joint in (".", "__")]
    questions = [f"{text} {end}" for text in texts for end in ('!= "x"', "= None")]
    assert [question for question in questions if found.explain(question) is None] == []


def test_there_are_such_paths():
    assert sum(len(set(guarded_paths(found))) for found in every_list()) > 5000


@pytest.mark.parametrize("found", every_list(), ids=lambda found: found.name)
def test_no_query_sees_what_signs_people_in(found):
    secrets = {"password", "session_data", "session_key", "digest", "token", "payload"}
    assert not [name for name, _ in paths(found) if secrets & set(name.split("."))]


@pytest.fixture
def instructor(client_of):
    """The browser of an instructor of RUN; there is an enrollment with a reset in it, and in another run."""
    for key in (RUN, CourseKey.from_string("course-v1:OtherX+O1+2026")):
        factories.AuditFactory(course_enrollment=factories.EnrollmentFactory(course_id=key))
    return client_of(factories.course_staff(RUN))


@by_chance
@given(data=st.data())
def test_no_query_shows_rows_out_of_scope(instructor, data):
    found = lists.find(data.draw(st.sampled_from(["enrollments:list", "resets:list"])))
    page, _ = ask(instructor, found, f"{data.draw(valid(found))} or id > 0")
    records = [row.record for row in page.context["table"].paginated_rows]
    enrollments = [getattr(record, "course_enrollment", record) for record in records]
    assert {enrollment.course_id for enrollment in enrollments} == {RUN}
