"""Saved queries: who sees, runs, changes and shares them, and what is written down about it."""

from urllib.parse import urlencode

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from console.admin import site
from console.queries import actions, lists
from console.queries.models import SavedQuery
from console.querying import QueryError
from resets import demo_queries
from tests import factories

pytestmark = pytest.mark.django_db

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
RESETS, ENROLLMENTS, USERS = "resets:list", "enrollments:list", "admin:auth.user"
FAILED = 'status = "Failed"'
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def sam():
    return factories.support(username="sam")


@pytest.fixture
def client(client_of, sam):
    return client_of(sam)


def written(**facts):
    return {"title": "Failed resets", "description": "", "text": FAILED, **facts}


def content(**facts):
    return actions.Content(**{**written(), "is_shared": False, **facts})


def new(list_name=RESETS, **query):
    return f"{reverse('queries:new')}?{urlencode({'list': list_name, **query})}"


def of(name, query):
    return reverse(f"queries:{name}", args=[query.pk])


def titles(client, **query):
    page = client.get(reverse("queries:list"), query)
    return [row.record.title for row in page.context["table"].paginated_rows]


def log_of(query_id):
    rows = LogEntry.objects.filter(content_type__model="savedquery", object_id=str(query_id)).order_by("pk")
    return [(entry.action_flag, entry.change_message) for entry in rows]


class TestSaving:
    def test_from_the_box_with_its_text(self, client, sam):
        page = client.get(new(ql=FAILED))
        assert page.context["form"].initial["text"] == FAILED
        answer = client.post(new(), written(description="Every morning", is_shared="on"), follow=True)
        query = SavedQuery.objects.get()
        assert (query.owner, query.list_name, query.title, query.text) == (sam, RESETS, "Failed resets", FAILED)
        assert (query.description, query.is_shared, query.runs, query.last_run_at) == ("Every morning", True, 0, None)
        assert "“Failed resets” was saved" in answer.text

    def test_from_the_box_of_the_admin(self, client_of):
        client = client_of(factories.admin_user())
        assert client.get(new(USERS, q="is_staff = True")).context["form"].initial["text"] == "is_staff = True"
        client.post(new(USERS), written(text="is_staff = True"))
        assert SavedQuery.objects.get().list_name == USERS

    def test_the_dialog_closes_and_says_so(self, client):
        assert "<dialog" in client.get(new(), **HTMX).text
        answer = client.post(new(), written(), **HTMX)
        assert answer.status_code == 204
        assert "lectern:close-dialog" in answer.headers["HX-Trigger"]
        assert "was saved" in answer.headers["HX-Trigger"]

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"title": " "}, "Give it a title"),
            ({"title": "x" * 101}, "at most 100 characters"),
            ({"description": "x" * 501}, "at most 500 characters"),
            ({"text": " "}, "Write the query"),
            ({"text": "statuss = 1"}, "no field statuss"),
            ({"text": 'created > "2026-02-30"'}, "is no date"),
            ({"text": "x" * 10_000}, "1,000 are possible"),
            ({"text": "(" * 100 + "id = 1" + ")" * 100}, "nested 10 deep"),
            ({"title": "a\x00b"}, "Null characters are not allowed"),
        ],
    )
    def test_what_is_wrong_is_said_in_place_and_nothing_is_saved(self, client, facts, message):
        answer = client.post(new(), written(**facts))
        assert answer.status_code == 422
        assert message in answer.text
        assert not SavedQuery.objects.exists()

    def test_a_broken_query_is_marked(self, client):
        assert "<mark>statuss</mark>" in client.post(new(), written(text="statuss = 1")).text

    def test_a_title_is_taken_once_per_owner_and_list(self, client, sam):
        factories.SavedQueryFactory(owner=sam, title="Failed resets")
        answer = client.post(new(), written())
        assert answer.status_code == 422
        assert "You already have a query called “Failed resets” for Resets." in answer.text
        client.post(new(ENROLLMENTS), written(text="id = 1"))
        actions.save_query(list_name=RESETS, content=content(), actor=factories.support())
        assert SavedQuery.objects.filter(title="Failed resets").count() == 3

    @pytest.mark.parametrize(
        "name", ["", "resets:nothing", "resets:bulk", "resets:learner", "console:home", "admin:", "admin:no.model"]
    )
    def test_only_lists_with_a_query_box(self, client, name):
        assert lists.find(name) is None
        assert client.get(new(name)).status_code == 404

    def test_not_for_a_list_that_one_may_not_open(self, client, sam):
        assert client.get(new(USERS)).status_code == 404
        assert client.post(new(USERS), written(text="id = 1")).status_code == 404
        with pytest.raises(PermissionDenied):
            actions.save_query(list_name=USERS, content=content(text="id = 1"), actor=sam)

    def test_every_list_of_the_admin_can_have_some(self):
        for model_admin in site._registry.values():
            found = lists.find(model_admin.query_list)
            assert found.schema is model_admin.schema
            assert found.address("id = 1").startswith(model_admin.address("changelist"))


class TestSeeing:
    def test_ones_own_and_the_shared_ones(self, client, sam):
        factories.SavedQueryFactory(owner=sam, title="Own")
        factories.SavedQueryFactory(title="Shared", is_shared=True)
        factories.SavedQueryFactory(title="Private")
        assert set(titles(client)) == {"Own", "Shared"}

    def test_none_over_a_list_that_one_may_not_open(self, client, client_of, sam):
        query = factories.SavedQueryFactory(list_name=USERS, text="id = 1", is_shared=True)
        own = factories.SavedQueryFactory(list_name=USERS, text="id = 1", owner=sam)
        assert titles(client) == []
        for hidden in (query, own):
            for name in ("run", "export", "edit", "delete"):
                assert client.get(of(name, hidden)).status_code == 404
        assert titles(client_of(factories.admin_user())) == [query.title]

    def test_an_admin_sees_no_private_ones_either(self, client_of):
        query = factories.SavedQueryFactory()
        admin = client_of(factories.admin_user())
        assert titles(admin) == []
        assert admin.get(of("run", query)).status_code == 404
        assert admin.get(f"/admin/lectern_console/savedquery/{query.pk}/change/").status_code == 302
        assert query.title not in admin.get("/admin/lectern_console/savedquery/").text

    def test_a_list_that_is_gone_takes_its_queries_along(self, client, sam):
        factories.SavedQueryFactory(owner=sam, list_name="resets:was-there")
        assert titles(client) == []

    def test_filters(self, client, sam):
        factories.SavedQueryFactory(owner=sam, title="One", text='comment ~ "late"')
        factories.SavedQueryFactory(owner=sam, title="Two", list_name=ENROLLMENTS, text="id = 1", is_shared=True)
        factories.SavedQueryFactory(title="Three", description="Late ones", is_shared=True)
        assert set(titles(client, q="late")) == {"One", "Three"}
        assert set(titles(client, whose="mine")) == {"One", "Two"}
        assert set(titles(client, whose="others")) == {"Three"}
        assert set(titles(client, list=ENROLLMENTS)) == {"Two"}
        assert set(titles(client, shared="no")) == {"One"}
        assert client.get(reverse("queries:list"), {"list": USERS}).context["filter"].form.errors

    def test_the_owner_may_be_gone(self, client):
        owner = factories.LearnerFactory(profile=None)
        factories.SavedQueryFactory(owner=owner, title="Left behind", is_shared=True)
        get_user_model().objects.filter(pk=owner.pk).delete()
        assert titles(client) == ["Left behind"]

    def test_constant_queries(self, client, sam):
        factories.SavedQueryFactory(owner=sam)
        client.get(reverse("queries:list"))
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("queries:list"))
        factories.SavedQueryFactory.create_batch(12, is_shared=True)
        factories.SavedQueryFactory(is_shared=True, list_name=ENROLLMENTS, text="id = 1")
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("queries:list"))
        assert len(few) == len(many)

    def test_a_query_that_broke_explains_itself(self, client, sam):
        query = factories.SavedQueryFactory(owner=sam, text="statuss = 1")
        page = client.get(reverse("queries:list")).text
        assert "There is no field statuss here." in page
        assert "Did you mean <code>status</code>?" in page
        assert of("export", query) not in page
        shown = client.get(of("run", query), follow=True)
        assert shown.status_code == 200
        assert "<mark>statuss</mark>" in shown.text


class TestRunning:
    def test_leads_into_the_list_and_is_written_down(self, client, sam):
        query = factories.SavedQueryFactory(is_shared=True, text='status = "Failed" and comment ~ "a&b=ü"')
        answer = client.get(of("run", query))
        assert answer.url == f"{reverse(RESETS)}?{urlencode({'ql': query.text})}"
        modified = query.modified
        client.get(of("run", query))
        query.refresh_from_db()
        assert (query.runs, query.last_run_by, query.modified) == (2, sam, modified)
        assert query.last_run_at is not None

    def test_in_the_admin(self, client_of):
        factories.LearnerFactory(username="amina")
        query = factories.SavedQueryFactory(list_name=USERS, text='username = "amina"', is_shared=True)
        page = client_of(factories.admin_user()).get(of("run", query), follow=True)
        assert [user.username for user in page.context["cl"].result_list] == ["amina"]

    def test_a_shared_query_shows_each_person_their_own_rows(self, client_of):
        mine = factories.EnrollmentFactory(course_id=RUN)
        factories.EnrollmentFactory()
        query = factories.SavedQueryFactory(list_name=ENROLLMENTS, text="id > 0", is_shared=True)
        for person, number in ((factories.support(), 2), (factories.course_staff(RUN), 1)):
            page = client_of(person).get(of("run", query), follow=True)
            assert len(page.context["table"].paginated_rows) == number
        exported = client_of(factories.course_staff(RUN)).get(of("export", query), follow=True)
        lines = b"".join(exported.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert mine.user.username in lines[1]

    def test_a_shared_query_asks_nothing_that_the_viewer_may_not_ask(self, client_of):
        """The schema of the list decides, whoever saved the query and however it came into the table."""
        query = factories.SavedQueryFactory(
            list_name=RESETS, text='course_enrollment.user.email startswith "a"', is_shared=True
        )
        page = client_of(factories.course_staff(RUN)).get(of("run", query), follow=True)
        assert "There is no field user here" in page.text
        assert not page.context["table"].paginated_rows

    def test_as_csv(self, client, client_of):
        factories.AuditFactory(status="failed")
        factories.AuditFactory(status="complete")
        query = factories.SavedQueryFactory(is_shared=True)
        answer = client.get(of("export", query), follow=True)
        assert answer.streaming
        assert len(b"".join(answer.streaming_content).decode().splitlines()) == 2
        people = factories.SavedQueryFactory(is_shared=True, list_name=USERS, text='username = "sam"')
        answer = client_of(factories.admin_user()).get(of("export", people), follow=True)
        assert len(b"".join(answer.streaming_content).decode().splitlines()) == 2
        assert SavedQuery.objects.get(pk=people.pk).runs == 1


class TestChanging:
    def test_the_owner_changes_and_shares_it(self, client, sam):
        query = actions.save_query(list_name=RESETS, content=content(), actor=sam)
        assert client.get(of("edit", query)).context["form"].initial["title"] == "Failed resets"
        client.post(of("edit", query), written(title="All failed", text="id > 5", is_shared="on"))
        changed = SavedQuery.objects.get()
        assert (changed.title, changed.text, changed.is_shared) == ("All failed", "id > 5", True)
        assert changed.modified > query.modified
        client.post(of("edit", query), written(title="All failed", text="id > 5"))
        client.post(of("delete", query))
        assert not SavedQuery.objects.exists()
        assert log_of(query.pk) == [
            (1, "Saved for Resets, private"),
            (2, "Changed title and text. Shared, shared: id > 5"),
            (2, "No longer shared, private"),
            (3, "Deleted, private"),
        ]

    def test_others_may_run_a_shared_one_and_not_change_it(self, client, sam):
        query = factories.SavedQueryFactory(is_shared=True)
        for name in ("edit", "delete"):
            assert client.get(of(name, query)).status_code == 403
            assert client.post(of(name, query), written()).status_code == 403
        with pytest.raises(PermissionDenied):
            actions.change_query(query_id=query.pk, content=content(), actor=sam)
        with pytest.raises(PermissionDenied):
            actions.delete_query(query_id=query.pk, actor=sam)
        assert not log_of(query.pk)

    def test_an_admin_keeps_shared_queries_in_order(self, client_of):
        query = factories.SavedQueryFactory(is_shared=True)
        client_of(factories.admin_user()).post(of("edit", query), written())
        query.refresh_from_db()
        assert not query.is_shared

    def test_a_title_that_the_owner_has_already(self, client_of):
        query = factories.SavedQueryFactory(is_shared=True)
        factories.SavedQueryFactory(owner=query.owner, title="Failed resets")
        answer = client_of(factories.admin_user()).post(of("edit", query), written())
        assert answer.status_code == 422
        assert "Its owner already has a query called “Failed resets”" in answer.text

    def test_a_query_that_broke_can_be_mended_and_deleted(self, client, sam):
        query = factories.SavedQueryFactory(owner=sam, text="statuss = 1")
        assert "statuss = 1" in client.get(of("edit", query)).text
        client.post(of("edit", query), written(text="id = 1"))
        query.refresh_from_db()
        assert query.text == "id = 1"

    def test_the_action_checks_the_query_by_itself(self, sam):
        with pytest.raises(QueryError):
            actions.save_query(list_name=RESETS, content=content(text="statuss = 1"), actor=sam)

    def test_deleting_by_dialog_refreshes_the_table(self, client, sam):
        query = factories.SavedQueryFactory(owner=sam)
        assert "<dialog" in client.get(of("delete", query), **HTMX).text
        answer = client.post(of("delete", query), **HTMX)
        assert "lectern:refresh-table" in answer.headers["HX-Trigger"]


class TestCompletion:
    def test_a_list_offers_its_own_queries(self, client, sam):
        factories.SavedQueryFactory(title="B shared", is_shared=True)
        factories.SavedQueryFactory(owner=sam, title="C own")
        factories.SavedQueryFactory(title="A private")
        factories.SavedQueryFactory(title="Of another list", list_name=ENROLLMENTS, is_shared=True)
        saved = client.get(reverse("resets:list-introspect")).json()["saved"]
        assert saved == [{"title": "C own", "text": FAILED}, {"title": "B shared", "text": FAILED}]

    def test_a_learners_tab_offers_those_of_the_whole_list(self, client, sam):
        factories.LearnerFactory(username="anna")
        factories.SavedQueryFactory(owner=sam, title="Own")
        told = client.get(reverse("resets:learner-introspect", args=["anna"])).json()
        assert [saved["title"] for saved in told["saved"]] == ["Own"]
        page = client.get(reverse("resets:learner", args=["anna"]))
        assert page.context["query_list"] == RESETS

    def test_in_the_admin(self, client_of):
        admin = factories.admin_user()
        factories.SavedQueryFactory(owner=admin, list_name=USERS, title="Own", text="id = 1")
        told = client_of(admin).get("/admin/auth/user/introspect/").json()
        assert told["saved"] == [{"title": "Own", "text": "id = 1"}]


def test_the_demo_shows_one_broken_query_and_others_that_work():
    refused = [made.title for made in demo_queries.QUERIES if lists.find(made.list_name).explain(made.text)]
    assert refused == ["Enrollments whose reset failed"]
