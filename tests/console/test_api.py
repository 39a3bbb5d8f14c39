"""What all APIs share: tokens, sessions with CSRF, roles, throttling, and the description of it all."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from console import tokens
from console.models import ApiToken
from console.urls import urlpatterns as addresses
from tests import factories

pytestmark = pytest.mark.django_db

SCHEMA = reverse("console:api-schema")


class Careless(APIView):
    """A view that gave up the permission class."""

    permission_classes = [AllowAny]

    def get(self, request):
        return Response("secret")


class Changing(APIView):
    """A view that changes something."""

    def post(self, request):
        return Response({"by": request.user.get_username(), "sent": request.data})


urlpatterns = [path("careless/", Careless.as_view()), path("changing/", Changing.as_view()), *addresses]


def token_of(user, days=1):
    return tokens.create(user=user, name="Report", days=days, actor=user)


def bearer(secret):
    return Client(headers={"Authorization": f"Bearer {secret}"})


class TestTokens:
    def test_a_token_signs_its_account_in(self):
        _, secret = token_of(factories.support())
        assert bearer(secret).get(SCHEMA).status_code == 200

    def test_the_secret_is_not_stored(self):
        token, secret = token_of(factories.support())
        row = ApiToken.objects.filter(pk=token.pk).values().get()
        assert secret not in str(row)
        assert secret.removeprefix(tokens.PREFIX) not in str(row)

    def test_an_unknown_token_is_refused_in_words(self):
        response = bearer("lectern_guessed").get(SCHEMA)
        assert response.status_code == 401
        assert "unknown, expired or revoked" in response.json()["detail"]
        assert response.headers["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("scheme", ["Basic", "Token", "JWT"])
    def test_other_schemes_do_not_count(self, scheme):
        _, secret = token_of(factories.support())
        assert Client(headers={"Authorization": f"{scheme} {secret}"}).get(SCHEMA).status_code == 401

    def test_a_token_does_not_open_pages(self):
        _, secret = token_of(factories.support())
        assert bearer(secret).get("/").status_code == 302

    def test_a_revoked_token_is_out_at_once(self):
        token, secret = token_of(factories.support())
        assert tokens.revoke(token=token, actor=token.user)
        assert not tokens.revoke(token=token, actor=token.user)
        assert bearer(secret).get(SCHEMA).status_code == 401

    def test_an_expired_token_is_out(self):
        token, secret = token_of(factories.support())
        ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
        assert bearer(secret).get(SCHEMA).status_code == 401

    @pytest.mark.parametrize("change", [{"is_active": False}, {"username": "retired__user_1a2b"}])
    def test_a_token_of_an_inactive_or_retired_account_is_out(self, change):
        token, secret = token_of(factories.support())
        type(token.user).objects.filter(pk=token.user_id).update(**change)
        assert bearer(secret).get(SCHEMA).status_code == 401

    def test_a_token_of_somebody_without_a_role_is_forbidden(self):
        _, secret = token_of(factories.LearnerFactory())
        assert bearer(secret).get(SCHEMA).status_code == 403

    def test_when_it_was_used_last_is_noted_at_most_once_a_minute(self):
        token, secret = token_of(factories.support())
        assert token.last_used_at is None
        for age, is_noted in ((timedelta(minutes=2), True), (timedelta(seconds=20), False)):
            before = timezone.now() - age
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=before)
            bearer(secret).get(SCHEMA)
            token.refresh_from_db()
            assert (token.last_used_at > before) == is_noted

    @pytest.mark.parametrize(
        ("name", "days"), [("", 1), ("  ", 1), ("x" * 101, 1), ("Report", 0), ("Report", -1), ("Report", 366)]
    )
    def test_what_makes_no_token(self, name, days):
        person = factories.support()
        with pytest.raises(tokens.TokenRefusedError):
            tokens.create(user=person, name=name, days=days, actor=person)

    def test_only_superusers_make_tokens_for_others(self):
        learner = factories.LearnerFactory()
        tokens.create(user=learner, name="Report", days=1, actor=factories.admin_user())
        with pytest.raises(tokens.TokenRefusedError, match="superusers"):
            tokens.create(user=learner, name="Report", days=1, actor=factories.LearnerFactory(is_staff=True))

    def test_making_and_revoking_is_on_record(self):
        boss = factories.admin_user()
        token, _ = tokens.create(user=factories.support(), name="Report", days=7, actor=boss)
        tokens.revoke(token=token, actor=boss)
        messages = LogEntry.objects.filter(user=boss).order_by("pk").values_list("change_message", flat=True)
        assert list(messages) == ["API token made for 7 days.", "API token revoked."]


class TestTokensInTheAdmin:
    ADD = "/admin/lectern_console/apitoken/add/"
    LIST = "/admin/lectern_console/apitoken/"

    def make(self, client, **data):
        return client.post(self.ADD, {"username": "anna", "name": "Report", "days": "7", **data})

    def test_a_new_token_is_shown_once(self, client_of):
        factories.support(username="anna")
        client = client_of(factories.admin_user())
        page = self.make(client)
        secret = page.context["secret"]
        assert secret in page.content.decode()
        assert bearer(secret).get(SCHEMA).status_code == 200
        assert "no-store" in page.headers["Cache-Control"]
        token = ApiToken.objects.get()
        for address in (self.LIST, f"{self.LIST}{token.pk}/change/"):
            text = client.get(address).content.decode()
            assert secret not in text
            assert token.digest not in text

    @pytest.mark.parametrize("wrong", [{"username": "nobody"}, {"days": "4000"}, {"days": "x"}, {"name": ""}])
    def test_wrong_input_is_explained(self, wrong, client_of):
        factories.support(username="anna")
        page = self.make(client_of(factories.admin_user()), **wrong)
        assert page.status_code == 200
        assert page.context["errors"]
        assert not ApiToken.objects.exists()

    def test_staff_make_tokens_for_themselves_only(self, client_of):
        client = client_of(factories.LearnerFactory(is_staff=True, username="stan"))
        factories.support(username="anna")
        assert "Only superusers" in self.make(client).content.decode()
        assert "API token made" in self.make(client, username="stan").content.decode()

    def test_a_token_cannot_be_changed(self, client_of):
        token, _ = token_of(factories.support())
        client = client_of(factories.admin_user())
        assert client.post(f"{self.LIST}{token.pk}/change/", {"name": "Other"}).status_code == 403

    def test_revoking(self, client_of):
        token, secret = token_of(factories.support())
        data = {"action": "revoke_selected", "_selected_action": [token.pk]}
        client_of(factories.admin_user()).post(self.LIST, data)
        assert bearer(secret).get(SCHEMA).status_code == 401


class TestTheCommand:
    def test_it_makes_lists_and_revokes(self, capsys):
        factories.support(username="anna")
        call_command("api_token", "create", "anna", "Report", "--days", "7")
        secret = capsys.readouterr().out.strip()
        assert bearer(secret).get(SCHEMA).status_code == 200
        token = ApiToken.objects.get()
        call_command("api_token", "list")
        assert "Report" in capsys.readouterr().out
        call_command("api_token", "revoke", str(token.pk))
        assert bearer(secret).get(SCHEMA).status_code == 401

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("create", "nobody", "Report"), "no account"),
            (("create", "anna", "Report", "--days", "9999"), "A token lasts"),
            (("revoke", "1"), "no token"),
        ],
    )
    def test_what_is_wrong_is_said(self, arguments, words):
        factories.support(username="anna")
        with pytest.raises(CommandError, match=words):
            call_command("api_token", *arguments)

    def test_revoking_twice_is_said(self):
        token, _ = token_of(factories.support())
        tokens.revoke(token=token, actor=token.user)
        with pytest.raises(CommandError, match="already"):
            call_command("api_token", "revoke", str(token.pk))


@pytest.mark.urls(__name__)
class TestSigningIn:
    def post(self, client, **headers):
        return client.post("/changing/", {"a": 1}, content_type="application/json", headers=headers)

    def signed_in(self, user):
        client = Client(enforce_csrf_checks=True)
        client.force_login(user, backend="console.auth.StaffBackend")
        return client

    def test_a_session_needs_the_csrf_token(self):
        response = self.post(self.signed_in(factories.support()))
        assert response.status_code == 403
        assert "CSRF" in response.json()["detail"]

    def test_a_token_needs_none(self):
        _, secret = token_of(factories.support(username="anna"))
        client = Client(enforce_csrf_checks=True)
        assert self.post(client, Authorization=f"Bearer {secret}").json() == {"by": "anna", "sent": {"a": 1}}

    def test_answers_are_json_and_stay_private(self):
        response = self.post(Client())
        assert (response.status_code, response.headers["Content-Type"]) == (401, "application/json")
        assert "no-store" in response.headers["Cache-Control"]

    @pytest.mark.parametrize("body", ["{", "[1,", "\x00", '{"a":'])
    def test_broken_json_is_400(self, body, client_of):
        client = client_of(factories.support())
        response = client.post("/changing/", body, content_type="application/json")
        assert response.status_code == 400
        assert "JSON" in response.json()["detail"]

    def test_json_that_is_nested_too_deeply_is_400(self, client_of):
        client = client_of(factories.support())
        response = client.post("/changing/", "[" * 100_000, content_type="application/json")
        assert (response.status_code, response.json()) == (400, {"detail": "JSON parse error - nested too deeply"})

    def test_json_that_is_too_large_is_413(self, client_of, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
        person = factories.support()
        for client in (client_of(person), bearer(token_of(person)[1])):
            response = client.post("/changing/", {"a": "0123456789"}, content_type="application/json")
            assert (response.status_code, response.json()) == (413, {"detail": "The request is too large."})

    def test_other_formats_are_refused(self, client_of):
        response = client_of(factories.support()).post("/changing/", "<a/>", content_type="text/xml")
        assert response.status_code == 415

    def test_a_view_without_our_permission_is_closed(self, client_of):
        assert client_of(factories.admin_user()).get("/careless/").status_code == 403


def test_a_browser_page_gets_its_csrf_token_and_can_use_it():
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.support(), backend="console.auth.StaffBackend")
    assert list(client.get("/csrf/api/v1/token").json()) == ["csrfToken"]


class TestThrottle:
    def test_one_request_too_many_says_when_to_come_back(self, settings, client_of):
        settings.LECTERN_API_PER_MINUTE = 2
        client = client_of(factories.support())
        codes = [client.get(SCHEMA).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        response = client.get(SCHEMA)
        assert 0 < int(response.headers["Retry-After"]) <= 60
        assert "throttled" in response.json()["detail"]

    def test_everybody_has_their_own_count_by_session_and_token_together(self, settings, client_of):
        settings.LECTERN_API_PER_MINUTE = 1
        anna = factories.support()
        _, secret = token_of(anna)
        assert client_of(anna).get(SCHEMA).status_code == 200
        assert bearer(secret).get(SCHEMA).status_code == 429
        assert client_of(factories.support()).get(SCHEMA).status_code == 200


class TestDescription:
    def test_it_is_openapi_and_names_both_ways_to_sign_in(self, client_of):
        described = client_of(factories.support()).get(SCHEMA).json()
        assert described["openapi"].startswith("3.")
        assert {scheme["type"] for scheme in described["components"]["securitySchemes"].values()} == {"http", "apiKey"}
        assert "/csrf/api/v1/token" in described["paths"]

    def test_the_page_lists_every_operation(self, client_of):
        client = client_of(factories.support())
        page = client.get(reverse("console:api-docs")).content.decode()
        for address in client.get(SCHEMA).json()["paths"]:
            assert address in page

    def test_it_is_made_without_warnings(self, tmp_path):
        call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


@pytest.mark.parametrize("address", ["/api/none/", "/support/none", "/enterprise/api/none/"])
def test_an_address_of_programs_that_does_not_exist_is_404_in_json(address):
    assert Client().get(address).json() == {"detail": "Not Found."}


def test_a_server_error_is_json_too(rf):
    from console.shell_views import server_error

    assert json.loads(server_error(rf.get("/api/mobile/")).content) == {"detail": "Something went wrong here."}
