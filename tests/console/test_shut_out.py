"""Who is retired or loses a role in the LMS is out with the next click, whatever session or token is still open."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from console import tokens
from console.models import CourseAccessRole
from tests import factories

pytestmark = pytest.mark.django_db

SIGN_IN, NO_ROLE = 302, 403
User = get_user_model()


@pytest.fixture(params=[factories.support, factories.admin_user], ids=["support", "superuser"])
def person(request):
    return request.param()


def next_click(browser):
    return browser.get(reverse("console:learners")).status_code


def retire(person):
    """Give the account the name that it has at the end of the LMS's retirement; its roles stay behind."""
    User.objects.filter(pk=person.pk).update(username="retired__user_0a1b2c")


def test_a_retired_account_is_signed_out(person, client_of):
    browser = client_of(person)
    assert next_click(browser) == 200
    retire(person)
    assert next_click(browser) == SIGN_IN


def test_a_retired_account_cannot_sign_in(person, client):
    person.set_password("a password that was kept")
    person.save()
    retire(person)
    answer = {"username": "retired__user_0a1b2c", "password": "a password that was kept"}
    assert client.post(reverse("console:login"), answer).status_code == 200
    assert next_click(client) == SIGN_IN


def test_the_token_of_a_retired_account_is_no_longer_valid(person):
    _, secret = tokens.create(user=person, name="script", days=1, actor=person)
    assert tokens.find(secret)
    retire(person)
    assert tokens.find(secret) is None


def test_a_role_that_was_taken_away_is_gone(client_of):
    agent = factories.support()
    browser = client_of(agent)
    assert next_click(browser) == 200
    CourseAccessRole.objects.filter(user=agent).delete()
    assert next_click(browser) == NO_ROLE
