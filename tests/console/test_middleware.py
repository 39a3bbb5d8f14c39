"""Default deny, fragments without a session, and pages that stay private."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from tests import factories

pytestmark = pytest.mark.django_db

HOME = reverse("console:home")
LOGIN = reverse("console:login")
ADMIN_LOGIN = reverse("admin:login")
# What anybody may open. Whoever adds an address here says why it holds nothing of a learner.
OPEN = {"console:login", "console:logout", "console:healthz", "console:readyz", "admin:login"}
EXAMPLES = {
    "username": "amina.yusuf",
    "identifier": "amina.yusuf",
    "version": "v1",
    "course_key": "course-v1:MineX+M1+2026",
    "pk": 1,
    "object_id": "1",
    "app_label": "auth",
    "url": "nowhere/",
    "content_type_id": 1,
    "uuid": "22222222-2222-4222-8222-222222222222",
}


def _addresses(resolver=None, prefix="", names=()):
    """Yield (name, path) of every address, with example values in place of parameters."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, path, (*names, entry.namespace) if entry.namespace else names)
        elif isinstance(entry, URLPattern):
            yield ":".join([*names, entry.name or path]), path


# A named group of a regular expression, with at most one pair of brackets inside.
GROUP = r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)\??"


def _example(path):
    path = re.sub(GROUP, lambda found: str(EXAMPLES.get(found[1], 1)), path)
    path = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: str(EXAMPLES.get(found[1], EXAMPLES.get(found[2], 1))), path)
    return "/" + path.replace("^", "").replace("$", "").replace("\\Z", "")


CLOSED = sorted((name, _example(path)) for name, path in _addresses() if name not in OPEN)


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_nobody_gets_in_without_signing_in(method):
    answers = {path: getattr(Client(), method)(path) for _, path in CLOSED}
    assert len(answers) > 10
    let_in = {path: answer.status_code for path, answer in answers.items() if not _leads_to_sign_in(answer)}
    assert let_in == {}


def _leads_to_sign_in(answer):
    if answer.status_code == 401:
        # The API of cohorts answers in its own layout.
        layouts = ({"detail"}, {"developer_message"})
        return answer.headers["WWW-Authenticate"] == 'Bearer realm="Lectern"' and set(answer.json()) in layouts
    return answer.status_code == 302 and answer.headers["Location"].startswith((LOGIN, ADMIN_LOGIN))


def test_nobody_gets_in_without_a_role(client_of):
    client = client_of(factories.LearnerFactory())
    # Default enrollments ask for the customer first.
    customer = {"enterprise_customer_uuid": "11111111-1111-4111-8111-111111111111"}
    answers = {path: client.get(path, customer).status_code for _, path in CLOSED}
    assert {path: code for path, code in answers.items() if code != 403} == {}


def test_the_admins_own_sign_in_page_leads_to_ours():
    assert Client().get(ADMIN_LOGIN).headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize("name", ["console:login", "console:healthz", "console:readyz"])
def test_open_addresses_answer_strangers(name):
    assert Client().get(reverse(name)).status_code in {200, 503}


def test_an_address_that_does_not_exist_is_404_also_for_strangers():
    assert Client().get("/no/such/page/").status_code == 404


def test_a_stranger_is_led_back_after_signing_in():
    response = Client().get("/learners/?q=amina")
    assert response.headers["Location"] == f"{LOGIN}?{urlencode({'next': '/learners/?q=amina'}).replace('%2F', '/')}"


def _fragment(path, current=None, **headers):
    if current:
        headers["HTTP_HX_CURRENT_URL"] = current
    return Client(HTTP_HX_REQUEST="true", **headers).get(path)


def test_a_fragment_without_a_session_leads_the_whole_page_to_sign_in():
    response = _fragment("/resets/enrollments/1/status/", "http://testserver/learners/amina.yusuf/courses/?page=2")
    assert response.headers["HX-Redirect"] == f"{LOGIN}?{urlencode({'next': '/learners/amina.yusuf/courses/?page=2'})}"
    assert response.content == b""


@pytest.mark.parametrize("current", [None, "", "https://evil.example/steal/", "no address at all"])
def test_a_fragment_of_an_unknown_page_leads_home(current):
    response = _fragment("/resets/enrollments/1/status/", current)
    assert response.headers["HX-Redirect"] == f"{LOGIN}?{urlencode({'next': HOME})}"


@pytest.mark.parametrize("make", [factories.support, factories.LearnerFactory, lambda: None])
def test_no_page_stays_in_a_cache(make, client_of):
    person = make()
    response = (client_of(person) if person else Client()).get(HOME)
    assert {"no-store", "private"} <= set(response.headers["Cache-Control"].split(", "))
    assert "HX-Request" in response.headers["Vary"]


def test_a_view_that_sets_its_own_cache_header_keeps_it(rf):
    from console.middleware import PrivateResponseMiddleware

    middleware = PrivateResponseMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))
    assert middleware(rf.get("/")).headers["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("path", [HOME, LOGIN, "/no/such/page/", "/admin/"])
def test_the_strict_policy_is_on_every_page(path, client_of):
    policy = client_of(factories.admin_user()).get(path).headers.get("Content-Security-Policy", "")
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
