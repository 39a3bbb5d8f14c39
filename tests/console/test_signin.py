"""Signing in with the platform's accounts."""

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = reverse("console:login")
HOME = reverse("console:home")


@pytest.fixture
def agent():
    return factories.support(username="Sam.Support", email="Sam@Example.org")


def _sign_in(username, password=factories.PASSWORD, client=None, **more):
    return (client or Client()).post(LOGIN, {"username": username, "password": password, **more})


def _signed_in(response):
    return response.status_code == 302 and response.client.get(HOME).status_code == 200


@pytest.mark.parametrize("identifier", ["Sam.Support", "Sam@Example.org", "sam@example.ORG"])
def test_username_or_email_with_the_password_signs_in(agent, identifier):
    assert _signed_in(_sign_in(identifier))


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("Sam.Support", "wrong"),
        ("Sam.Support", ""),
        ("", factories.PASSWORD),
        ("nobody", factories.PASSWORD),
        ("nobody@example.org", factories.PASSWORD),
        ("Sam.Support ", "wrong"),
        ("sam@example.org' OR 1=1 --", factories.PASSWORD),
    ],
)
def test_anything_else_is_refused_with_the_form(agent, username, password):
    response = _sign_in(username, password)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert response.client.get(HOME).status_code == 302


def test_an_inactive_account_is_refused(agent):
    agent.is_active = False
    agent.save()
    assert not _signed_in(_sign_in("Sam.Support"))


def test_an_account_without_a_password_is_refused():
    person = factories.support(username="sso")
    type(person).objects.filter(pk=person.pk).update(password="!unusable")
    for password in ("!unusable", "", "!"):
        assert not _signed_in(_sign_in("sso", password))


def test_a_username_wins_over_the_same_text_as_an_address(agent):
    other = factories.support(username="Sam@Example.org", password="another one")
    response = _sign_in("Sam@Example.org", "another one")
    assert response.client.session["_auth_user_id"] == str(other.pk)


@pytest.mark.parametrize("algorithm", ["pbkdf2_sha256", "pbkdf2_sha1"])
def test_the_hash_of_the_lms_is_accepted_and_not_rewritten(agent, algorithm):
    """A rewritten hash would end the person's sessions in the LMS."""
    hashed = make_password("lms password", salt="pepper", hasher=algorithm)
    type(agent).objects.filter(pk=agent.pk).update(password=hashed, last_login=None)
    assert _signed_in(_sign_in("Sam.Support", "lms password"))
    agent.refresh_from_db()
    assert (agent.password, agent.last_login) == (hashed, None)


def test_only_one_receiver_stands_under_djangos_name():
    names = [key for (key, *_), *_ in user_logged_in.receivers if key == "update_last_login"]
    assert len(names) == 1


def test_the_session_is_a_new_one_after_signing_in(agent):
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["lectern_sessionid"] = session.session_key
    _sign_in("Sam.Support", client=client)
    assert client.session.session_key != session.session_key


def test_signing_in_leads_back_to_where_the_person_was_going(agent):
    response = _sign_in("Sam.Support", next="/learners/?q=amina")
    assert response.headers["Location"] == "/learners/?q=amina"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(agent, address):
    assert _sign_in("Sam.Support", next=address).headers["Location"] == HOME


def test_five_failures_lock_this_name_out_with_429(agent):
    answers = [_sign_in("Sam.Support", "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = _sign_in("Sam.Support")
    assert locked.status_code == 429
    assert locked.client.get(HOME).status_code == 302


def test_a_lock_is_for_one_name_and_address_only(agent):
    for _ in range(6):
        _sign_in("Sam.Support", "wrong")
    factories.support(username="colleague")
    assert _signed_in(_sign_in("colleague"))
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert _signed_in(_sign_in("Sam.Support", client=elsewhere))


def test_a_forged_forwarding_header_does_not_evade_the_lock(agent):
    for number in range(5):
        _sign_in("Sam.Support", "wrong", client=Client(HTTP_X_FORWARDED_FOR=f"10.0.0.{number}"))
    assert _sign_in("Sam.Support", client=Client(HTTP_X_FORWARDED_FOR="10.9.9.9")).status_code == 429


def test_success_forgets_earlier_failures(agent):
    for _ in range(4):
        _sign_in("Sam.Support", "wrong")
    assert _signed_in(_sign_in("Sam.Support"))
    assert _sign_in("Sam.Support", "wrong").status_code == 200


def test_a_person_without_a_role_is_told_so_and_gets_nothing_else(agent):
    factories.LearnerFactory(username="norole")
    client = _sign_in("norole").client
    for address in (HOME, reverse("console:learners"), "/resets/"):
        response = client.get(address)
        assert response.status_code == 403
        assert "console/no_role.html" in [template.name for template in response.templates]
    assert client.post(reverse("console:logout")).status_code == 302


def test_whoever_is_made_inactive_is_out_at_the_next_request(agent, client_of):
    client = client_of(agent)
    assert client.get(HOME).status_code == 200
    type(agent).objects.filter(pk=agent.pk).update(is_active=False)
    assert client.get(HOME).status_code == 302


def test_a_changed_password_ends_the_session(agent, client_of):
    client = client_of(agent)
    agent.set_password("a new one")
    agent.save()
    assert client.get(HOME).status_code == 302


def test_signing_out_needs_a_post(agent, client_of):
    client = client_of(agent)
    assert client.get(reverse("console:logout")).status_code == 405
    assert client.get(HOME).status_code == 200
    client.post(reverse("console:logout"))
    assert client.get(HOME).status_code == 302


def test_the_sign_in_form_is_protected_against_forgery(agent):
    assert _sign_in("Sam.Support", client=Client(enforce_csrf_checks=True)).status_code == 403
