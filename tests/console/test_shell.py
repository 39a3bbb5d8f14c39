"""The skeleton: navigation by role, sign-in, error pages, safe HTML, and nothing inline anywhere."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from console import html, navigation, shell_views
from console.context import role_names
from console.rules import Permission, Roles
from tests import factories

COURSE = CourseKey.from_string("course-v1:OpenCraft+DS101+2026")
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|hx-on|hx-vals=.js:", re.IGNORECASE)


def nav_labels(user, path="/"):
    return [item.label for item in navigation.items_for(user, path)]


# --- Navigation ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_navigation_offers_only_what_a_role_may_use():
    admin, support = nav_labels(factories.admin_user()), nav_labels(factories.support())
    instructor, nobody = nav_labels(factories.course_staff(COURSE)), nav_labels(factories.LearnerFactory())
    assert {"Home", "Learners", "Admin"} <= set(admin)
    assert "Learners" in support
    assert "Admin" not in support
    assert "Home" in instructor
    assert not {"Learners", "Admin"} & set(instructor)
    assert nobody == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "current"),
    [("/", ["Home"]), ("/learners/", ["Learners"]), ("/learners/amina/courses/", ["Learners"]), ("/elsewhere/", [])],
)
def test_one_section_is_current_and_home_only_at_home(path, current):
    items = navigation.items_for(factories.support(), path)
    assert [item.label for item in items if item.current] == current


def test_a_shortcut_cannot_be_taken_twice():
    thief = navigation.NavItem("Thief", "console:login", Permission.USE_CONSOLE, "x", 99, "l")
    with pytest.raises(ValueError, match="taken by Learners"):
        navigation.register(thief)


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        (Roles(is_admin=True, is_support=True), ["Admin"]),
        (Roles(is_support=True), ["Support"]),
        (Roles(orgs=frozenset({"OpenCraft"})), ["Instructor"]),
        (Roles(is_support=True, courses=frozenset({COURSE})), ["Support", "Instructor"]),
        (Roles(), []),
    ],
)
def test_roles_in_words(roles, names):
    assert role_names(roles) == names


# --- Sign-in ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("identifier", ["sam", "sam@example.org"])
def test_sign_in_by_username_or_email_leads_on(client, identifier):
    user = factories.support(username="sam", email="sam@example.org", password=factories.PASSWORD)
    user.set_password(factories.PASSWORD)
    user.save()
    answer = client.post(
        reverse("console:login"), {"username": identifier, "password": factories.PASSWORD, "next": "/learners/"}
    )
    assert answer.status_code == 302
    assert answer.url == "/learners/"


@pytest.mark.django_db
def test_a_foreign_next_address_is_ignored(client_of):
    answer = client_of(factories.support()).get(reverse("console:login"), {"next": "https://elsewhere.example/"})
    assert answer.url == reverse("console:home")


@pytest.mark.django_db
def test_a_long_email_fits_the_form(client):
    field = client.get(reverse("console:login")).context["form"].fields["username"]
    assert (field.max_length, field.widget.attrs["maxlength"]) == (254, 254)


@pytest.mark.django_db
def test_without_a_role_the_page_says_who_and_offers_to_leave(client_of):
    client = client_of(factories.LearnerFactory(username="nora"))
    page = client.get(reverse("console:home"))
    assert page.status_code == 403
    assert "nora" in page.text
    assert f'action="{reverse("console:logout")}"' in page.text
    assert 'id="sidebar"' not in page.text
    assert client.post(reverse("console:logout")).url == reverse("console:login")


@pytest.mark.django_db
def test_too_many_failures_say_when_to_come_back(client, settings):
    credentials = {"username": "sam", "password": "wrong"}
    answers = [client.post(reverse("console:login"), credentials) for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers[-1].status_code == 429
    assert "for 15 minutes" in answers[-1].text


# --- Error pages -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_unknown_address_has_the_shell_and_a_request_id(client_of):
    page = client_of(factories.support()).get("/no/such/page/")
    assert page.status_code == 404
    assert 'id="sidebar"' in page.text
    assert page.headers["X-Request-ID"] in page.text


@pytest.mark.parametrize("status", [400, 403])
def test_refusals_render_without_session_or_user(status):
    handler = {400: shell_views.bad_request, 403: shell_views.permission_denied}[status]
    page = handler(RequestFactory().get("/"), Exception())
    assert page.status_code == status
    assert "<h1>" in page.text


def test_a_server_error_needs_neither_database_nor_session():
    # No database mark: a query here would fail the test.
    page = shell_views.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text


@pytest.mark.django_db
def test_a_lost_csrf_token_is_explained(client_of):
    client = client_of(factories.support(), enforce_csrf_checks=True)
    page = client.post(reverse("console:logout"))
    assert page.status_code == 403
    assert "The form is no longer valid" in page.text


# --- The skeleton ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/learners/", "/admin/", "/admin/auth/user/", "/no/such/page/"])
def test_pages_hold_nothing_inline(client_of, address):
    page = client_of(factories.admin_user()).get(address)
    assert INLINE.search(page.text) is None
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_every_component_renders_without_anything_inline(rf):
    request = rf.get("/components/")
    request.user = factories.support()
    page = shell_views.components(request).content.decode()
    assert INLINE.search(page) is None
    for name in html.icon_names():
        assert f"icon--{name}" in page


@pytest.mark.django_db
def test_admin_pages_list_the_records_in_the_sidebar_and_others_do_not(client_of):
    client = client_of(factories.admin_user())
    assert 'aria-label="Records"' in client.get("/admin/").text
    assert 'aria-label="Records"' not in client.get("/learners/").text


# --- Safe HTML -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=20), "in less than a minute"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(days=-3), "3 days ago"),
        (timedelta(days=-13), "1 week ago"),
        (timedelta(days=-45), "1 month ago"),
        (timedelta(days=-800), "2 years ago"),
    ],
)
def test_relative_time_in_the_largest_whole_unit(distance, words):
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert html.relative(now + distance, now) == words


def test_time_names_its_zone_in_utc():
    moment = datetime(2026, 3, 4, 23, 30, tzinfo=timezone.get_fixed_timezone(-120))
    shown = html.ago(moment)
    assert 'datetime="2026-03-05T01:30:00+00:00"' in shown
    assert 'title="5 March 2026, 01:30 UTC"' in shown


@pytest.mark.parametrize("make", [html.copyable, html.key, lambda text: html.badge("info", text)])
def test_text_is_escaped(make):
    shown = make('<img src="x">"')
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_a_key_breaks_at_its_separators_and_copies_whole():
    shown = html.key(COURSE)
    assert f'data-copy="{COURSE}"' in shown
    assert "course-v1:<wbr>OpenCraft+<wbr>DS101+<wbr>2026" in shown


def test_an_unknown_icon_or_tone_is_an_error():
    with pytest.raises(KeyError):
        html.icon("unicorn")
    with pytest.raises(KeyError):
        html.badge("purple", "Purple")


def test_each_helper_is_a_tag_in_every_template():
    tags = ['icon "check" "Done"', 'badge "success" "Fine"', 'ago None "not yet"', "copyable loose", 'key "x+y"']
    text = "".join(f"{{% {tag} %}}" for tag in tags)
    shown = Template(text).render(Context({"loose": "a&b"}))
    for part in ('aria-label="Done"', "badge--success", "not yet", "a&amp;b", "x+<wbr>y"):
        assert part in shown
