"""The admin as a whole: who gets in, every list and page of every model, queries, export, people."""

import csv
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console import history, tokens
from console.admin import PlatformAdmin, site
from console.models import ApiToken, CourseAccessRole, LearnerVisit, SavedQuery, UserProfile, WorkerHeartbeat
from console.tables import COUNT_CAP
from enrollments.defaults import models
from enrollments.models import (
    BlockCompletion,
    CourseEnrollment,
    CourseMode,
    CourseOverview,
    GeneratedCertificate,
    PersistentCourseGrade,
)
from resets.bulk.models import BulkItem, BulkReset
from resets.models import (
    ArchivePart,
    CourseResetAudit,
    CourseResetCourseOptIn,
    GivenUp,
    HistoricalSubsectionGradeOverride,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetArchive,
    ResetJob,
    StudentModule,
    StudentModuleHistory,
    VisibleBlocks,
)
from tests import factories
from tests.factories import (
    PASSWORD,
    AuditFactory,
    BlockCompletionFactory,
    CertificateFactory,
    CourseGradeFactory,
    CourseModeFactory,
    CourseOverviewFactory,
    EnrollmentFactory,
    LearnerFactory,
    OptInFactory,
    OverrideFactory,
    SavedQueryFactory,
    StudentModuleFactory,
    SubsectionGradeFactory,
    VisibleBlocksFactory,
    admin_user,
    course_staff,
    days_ago,
    support,
)
from tests.groups import samples as group_samples

pytestmark = pytest.mark.django_db

User = get_user_model()


def log_entry():
    person = LearnerFactory()
    history.record(actor=person, obj=person, message="Changed a thing.")
    return LogEntry.objects.latest("pk")


def visit():
    return LearnerVisit.objects.create(viewer=LearnerFactory(), learner=LearnerFactory(), visited_at=timezone.now())


def override_history():
    override = OverrideFactory()
    return HistoricalSubsectionGradeOverride.objects.create(
        id=override.pk,
        grade_id=override.grade_id,
        created=days_ago(3),
        modified=days_ago(3),
        history_date=days_ago(2),
        history_type="+",
        history_user=LearnerFactory(),
    )


def archive():
    return ResetArchive.objects.create(audit=AuditFactory(), kind="reset", created=timezone.now())


def api_token():
    person = LearnerFactory()
    return tokens.create(user=person, name="Report", days=1, actor=person)[0]


def archive_part():
    return ArchivePart.objects.create(
        archive=archive(), number=1, owner="completions", table="t", operation="deleted", rows=1, payload=b"secret work"
    )


def bulk():
    return BulkReset.objects.create(
        course_id="course-v1:TestX+B1+2026",
        memo="Wrong run",
        created=timezone.now(),
        created_by=support(),
        expires_at=timezone.now(),
    )


def bulk_item():
    return BulkItem.objects.create(bulk=bulk(), line=1, typed="amina", verdict="unknown", state="skipped")


DEFAULTS = {
    models.EnterpriseCustomer: factories.CustomerFactory,
    models.EnterpriseCatalog: factories.CatalogFactory,
    models.EnterpriseCustomerUser: factories.CustomerUserFactory,
    models.EnterpriseEnrollmentSource: factories.SourceFactory,
    models.EnterpriseCourseEnrollment: factories.EnterpriseEnrollmentFactory,
    models.LicensedEnrollment: factories.LicensedEnrollmentFactory,
    models.LearnerCreditEnrollment: factories.LearnerCreditEnrollmentFactory,
    models.PendingCustomerUser: factories.PendingUserFactory,
    models.PendingEnrollment: factories.PendingEnrollmentFactory,
    models.DefaultIntention: factories.IntentionFactory,
    models.DefaultRealization: factories.RealizationFactory,
    **{
        history: lambda history=history, make=make: factories.version_of(make(), history)
        for history, make in (
            (models.CourseEnrollmentHistory, EnrollmentFactory),
            (models.HistoricalIntention, factories.IntentionFactory),
            (models.HistoricalRealization, factories.RealizationFactory),
            (models.HistoricalEnterpriseCourseEnrollment, factories.EnterpriseEnrollmentFactory),
            (models.HistoricalLicensedEnrollment, factories.LicensedEnrollmentFactory),
            (models.HistoricalLearnerCreditEnrollment, factories.LearnerCreditEnrollmentFactory),
        )
    },
}
FACTS = {
    models.RunFact: factories.RunFactFactory,
    models.CatalogMembership: factories.MembershipFactory,
    models.License: factories.LicenseFactory,
}
# One more row of each model.
MAKERS = {
    **group_samples.MAKERS,
    User: LearnerFactory,
    UserProfile: lambda: LearnerFactory().profile,
    CourseAccessRole: lambda: CourseAccessRole.objects.get(user=support()),
    LogEntry: log_entry,
    LearnerVisit: visit,
    ApiToken: api_token,
    SavedQuery: lambda: SavedQueryFactory(is_shared=True),
    WorkerHeartbeat: lambda: WorkerHeartbeat.objects.create(name=f"w{timezone.now():%f}", seen_at=timezone.now()),
    CourseOverview: CourseOverviewFactory,
    CourseEnrollment: EnrollmentFactory,
    CourseMode: CourseModeFactory,
    PersistentCourseGrade: CourseGradeFactory,
    BlockCompletion: BlockCompletionFactory,
    GeneratedCertificate: CertificateFactory,
    CourseResetCourseOptIn: OptInFactory,
    CourseResetAudit: AuditFactory,
    ResetJob: lambda: AuditFactory().job,
    GivenUp: lambda: GivenUp.objects.create(audit=AuditFactory(job=None), at=timezone.now(), reason="Stood still"),
    ResetArchive: archive,
    ArchivePart: archive_part,
    BulkReset: bulk,
    BulkItem: bulk_item,
    StudentModule: StudentModuleFactory,
    StudentModuleHistory: lambda: StudentModuleHistory.objects.create(student_module_id=1, created=timezone.now()),
    PersistentSubsectionGrade: SubsectionGradeFactory,
    PersistentSubsectionGradeOverride: OverrideFactory,
    HistoricalSubsectionGradeOverride: override_history,
    VisibleBlocks: VisibleBlocksFactory,
    **DEFAULTS,
    **FACTS,
}
EVERY_MODEL = pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model._meta.model_name)


def address(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def count_queries(client, url):
    """Return how many queries a page takes once the caches of the process are warm."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def admin_client(client_of):
    return client_of(admin_user(username="boss"))


class TestEveryModel:
    def test_the_list_of_models_is_complete(self):
        assert set(MAKERS) == set(site._registry)
        assert not {Group, Permission} & set(site._registry)

    @EVERY_MODEL
    def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(self, model, admin_client):
        MAKERS[model]()
        one = count_queries(admin_client, address(model))
        MAKERS[model]()
        MAKERS[model]()
        assert count_queries(admin_client, address(model)) == one

    @EVERY_MODEL
    def test_a_query_takes_as_many_for_three_rows_as_for_one(self, model, admin_client):
        url = f"{address(model)}?q={model._meta.pk.name} != None or {self.any_query(model)}"
        MAKERS[model]()
        one = count_queries(admin_client, url)
        MAKERS[model]()
        MAKERS[model]()
        assert count_queries(admin_client, url) == one

    def any_query(self, model):
        """A condition that the model's schema answers."""
        fields = site._registry[model].schema(model).models[str(model._meta)]
        values = {"int": "0", "float": "0", "str": '"x"', "datetime": '"today"', "bool": "True", "relation": "None"}
        name, field = next(iter(fields.items()))
        return f"{name} != {values[field.type]}"

    @EVERY_MODEL
    def test_a_record_opens_and_shows_no_secret(self, model, admin_client):
        row = MAKERS[model]()
        response = admin_client.get(address(model, "change", row.pk))
        assert response.status_code == 200
        assert User.objects.first().password not in response.text
        assert "md5$" not in response.text

    @EVERY_MODEL
    def test_an_unknown_record_is_said_so(self, model, admin_client):
        for key in ("0", "nonsense", "99999999999999999999", "course-v1:none"):
            assert admin_client.get(address(model, "change", key)).status_code == 302

    @EVERY_MODEL
    def test_each_column_sorts_both_ways(self, model, admin_client):
        MAKERS[model]()
        model_admin = site._registry[model]
        for number in range(1, len(model_admin.list_display) + 1):
            for direction in ("", "-"):
                assert admin_client.get(address(model), {"o": f"{direction}{number}"}).status_code == 200

    @EVERY_MODEL
    def test_each_column_can_be_ordered(self, model, admin_client):
        MAKERS[model]()
        names = admin_client.get(address(model)).context["cl"].list_display[1:]
        plain = {field.name for field in model._meta.get_fields()}
        methods = [getattr(site._registry[model], name, None) for name in names if name not in plain]
        assert all(method.admin_order_field for method in methods)

    @EVERY_MODEL
    @pytest.mark.parametrize("page", ["changelist", "introspect", "suggestions", "export", "add"])
    def test_s3_pages_and_endpoints_are_for_admins(self, model, page, client_of):
        url = address(model, page)
        for person in (support(), course_staff(CourseOverviewFactory().id)):
            assert client_of(person).get(url).status_code == 403
        response = Client().get(url)
        assert response.status_code == 302
        assert "login" in response["Location"]

    @EVERY_MODEL
    def test_a_record_is_for_admins(self, model, client_of):
        url = address(model, "change", MAKERS[model]().pk)
        assert client_of(support()).get(url).status_code == 403
        assert Client().get(url).status_code == 302

    @EVERY_MODEL
    def test_the_completion_hears_of_the_schema_and_no_more(self, model, admin_client):
        told = admin_client.get(address(model, "introspect")).json()
        assert told["current_model"] == str(model._meta)
        assert set(told["models"]) == set(site._registry[model].schema(model).models)

    @EVERY_MODEL
    def test_an_export_has_a_line_for_each_row(self, model, admin_client):
        row = MAKERS[model]()
        lines = rows_of(admin_client.get(address(model, "export")))
        assert len(lines) == 1 + model._default_manager.count()
        assert len(lines[0]) == len(site._registry[model].list_display)
        assert str(row.pk) in {cell for line in lines for cell in line} or model in {ResetJob, GivenUp}

    @EVERY_MODEL
    def test_plain_search(self, model, admin_client):
        MAKERS[model]()
        response = admin_client.get(address(model), {"q": "no such thing", "q-l": "off"})
        assert response.status_code == 200
        assert response.context["cl"].result_count == 0

    @EVERY_MODEL
    def test_global_staff_change_only_what_a_class_allows(self, model, client_of):
        """`is_staff` without superuser: opt-ins and facts are theirs to keep, API tokens to make, nothing else."""
        client = client_of(admin_user(is_superuser=False))
        row = MAKERS[model]()
        allowed = model is CourseResetCourseOptIn or model in FACTS
        adds = allowed or model is ApiToken
        assert client.get(address(model, "add")).status_code == (200 if adds else 403)
        assert client.get(address(model, "delete", row.pk)).status_code == (200 if allowed else 403)
        assert (client.post(address(model, "change", row.pk), {}).status_code == 403) != allowed
        assert model._default_manager.filter(pk=row.pk).exists()


class TestSite:
    def test_the_start_page(self, admin_client, client_of):
        assert admin_client.get("/admin/").status_code == 200
        assert client_of(support()).get("/admin/").status_code == 403
        assert Client().get("/admin/").status_code == 302

    def test_sign_in_is_the_consoles(self):
        response = Client().get("/admin/login/?next=/admin/auth/user/")
        assert response["Location"] == f"{reverse('console:login')}?next=/admin/auth/user/"

    def test_signing_out(self, admin_client):
        assert admin_client.post("/admin/logout/").status_code == 302
        assert admin_client.get("/admin/").status_code == 302

    def test_no_own_password_page_in_an_lms(self, admin_client, settings):
        assert admin_client.get("/admin/password_change/").status_code == 200
        settings.PLATFORM_TABLES = "existing"
        assert admin_client.get("/admin/password_change/").status_code == 404

    def test_no_bulk_deletion(self, admin_client):
        row = LearnerFactory()
        data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        admin_client.post(address(User), data)
        assert User.objects.filter(pk=row.pk).exists()

    def test_a_model_needs_a_schema(self):
        with pytest.raises(Exception, match="needs a schema"):
            PlatformAdmin(Group, site)

    def test_s7_addresses_with_queries_stay_private(self, admin_client):
        response = admin_client.get(address(User), {"q": 'email = "amina@example.com"'})
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
        assert "private" in response["Cache-Control"]

    def test_nothing_inline(self, admin_client):
        LearnerFactory()
        for url in (address(User), address(User) + "?q=x", address(User, "add"), "/admin/"):
            response = admin_client.get(url)
            assert "unsafe" not in response["Content-Security-Policy"]
            assert "<style" not in response.text
            assert " style=" not in response.text
            assert " onclick=" not in response.text


class TestQueries:
    def test_a_query_narrows_the_list(self, admin_client):
        LearnerFactory(username="amina")
        response = admin_client.get(address(User), {"q": 'username = "amina"'})
        assert [user.username for user in response.context["cl"].result_list] == ["amina"]

    def test_a_wrong_query_is_shown_with_the_place_and_the_way_out(self, admin_client):
        response = admin_client.get(address(User), {"q": 'usrname = "<script>"'})
        assert response.status_code == 200
        assert "<mark>usrname</mark> = &quot;&lt;script&gt;&quot;" in response.text
        assert 'value="username = &quot;&lt;script&gt;&quot;"' in response.text
        assert response.context["cl"].result_count == 0

    @pytest.mark.parametrize(
        "text",
        [
            " or ".join(["id = 1"] * 2000),
            ".".join(["profile.user"] * 20) + ".id = 1",
            "x" * 10_000,
            "(" * 100 + "id = 1" + ")" * 100,
            'date_joined > "2026-99"',
            'username = "\\u0000"',
            "\0",
            "id = " + "9" * 500,
            "'",
        ],
    )
    def test_s6_no_query_breaks_the_page(self, text, admin_client):
        for mode in ("on", "off"):
            assert admin_client.get(address(User), {"q": text, "q-l": mode}).status_code == 200

    @pytest.mark.parametrize(
        "lookup",
        ["password__startswith", "profile__user__password__startswith", "username__contains", "groups__name", "id__in"],
    )
    def test_s2_the_address_is_no_way_round_the_schema(self, lookup, admin_client):
        assert admin_client.get(address(User), {lookup: "x"}).status_code == 400

    def test_filters_of_the_list_work(self, admin_client):
        LearnerFactory(is_active=False, username="gone")
        response = admin_client.get(address(User), {"is_active__exact": "0"})
        assert [user.username for user in response.context["cl"].result_list] == ["gone"]

    def test_suggestions_are_listed_words(self, admin_client):
        url = address(CourseResetAudit, "suggestions")
        field = "lectern_resets.courseresetaudit.status"
        assert admin_client.get(url, {"field": field, "search": "fail"}).json()["items"] == ["Failed"]
        assert admin_client.get(url, {"field": "auth.user.username"}).json()["items"] == []
        assert admin_client.get(url, {"field": "auth.user.password"}).status_code == 400
        assert admin_client.get(url).status_code == 400

    def test_a_plain_search_finds_by_the_beginning(self, admin_client):
        LearnerFactory(username="amina", profile__name="Yusuf")
        for text in ("ami", "AMI", "yusuf", "amina@"):
            found = admin_client.get(address(User), {"q": text, "q-l": "off"}).context["cl"].result_list
            assert [user.username for user in found] == ["amina"]

    def test_counting_ends_at_the_cap(self, admin_client):
        assert "1 user" in admin_client.get(address(User)).text
        User.objects.bulk_create(
            User(username=f"u{number}", email=f"{number}@x.org") for number in range(COUNT_CAP + 5)
        )
        response = admin_client.get(address(User), {"q": "id > 0"})
        assert response.context["cl"].result_count == COUNT_CAP + 1
        assert f"more than {COUNT_CAP}" in response.text
        assert admin_client.get(address(User), {"p": "400"}).status_code == 302
        assert admin_client.get(address(User), {"p": "201"}).status_code == 200


class TestExport:
    def test_all_matching(self, admin_client):
        LearnerFactory(username="amina")
        LearnerFactory(username="bo")
        lines = rows_of(admin_client.get(address(User, "export"), {"q": 'username = "amina"'}))
        assert len(lines) == 2
        assert "amina" in lines[1]

    def test_selected_rows(self, admin_client):
        chosen, _ = LearnerFactory(username="amina"), LearnerFactory()
        response = admin_client.post(address(User), {"action": "export_selected", "_selected_action": [chosen.pk]})
        assert [line[1] for line in rows_of(response)[1:]] == ["amina"]

    def test_cells_are_no_formulas(self, admin_client):
        LearnerFactory(profile__name="=HYPERLINK(1)")
        cells = {cell for line in rows_of(admin_client.get(address(UserProfile, "export"))) for cell in line}
        assert "'=HYPERLINK(1)" in cells

    def test_there_is_a_cap(self, admin_client, settings):
        settings.LECTERN_EXPORT_ROWS = 2
        LearnerFactory.create_batch(4)
        assert len(rows_of(admin_client.get(address(User, "export")))) == 3

    def test_a_wrong_query_exports_nothing(self, admin_client):
        response = admin_client.get(address(User, "export"), {"q": "usrname = 1"}, follow=True)
        assert "Nothing was exported" in response.text
        assert response.request["PATH_INFO"] == address(User)
        chosen = LearnerFactory()
        data = {"action": "export_selected", "_selected_action": [chosen.pk], "select_across": "1"}
        response = admin_client.post(f"{address(User)}?q=usrname+%3D+1", data, follow=True)
        assert "Nothing was exported" in response.text


class TestUsers:
    ADD = {
        "username": "newcomer",
        "email": "new@example.com",
        "first_name": "New",
        "last_name": "Comer",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    CHANGE = {"email": "a@example.com", "first_name": "A", "last_name": "B", "is_active": "on"}

    def test_a_superuser_adds_an_account_with_a_profile(self, admin_client):
        admin_client.post(address(User, "add"), self.ADD)
        user = User.objects.get(username="newcomer")
        assert user.check_password(PASSWORD)
        assert user.profile.name == "New Comer"
        assert not user.is_staff
        assert LogEntry.objects.filter(object_id=str(user.pk), action_flag=history.ADDITION).exists()

    @pytest.mark.parametrize("email", ["taken@example.com", "TAKEN@example.com", "", "nonsense"])
    def test_an_address_belongs_to_one_account(self, admin_client, email):
        LearnerFactory(email="taken@example.com")
        response = admin_client.post(address(User, "add"), {**self.ADD, "email": email})
        assert response.status_code == 200
        assert response.context["adminform"].form.errors["email"]

    def test_a_superuser_changes_access_and_names_and_nothing_else(self, admin_client):
        user = LearnerFactory(username="amina", is_active=False)
        data = {**self.CHANGE, "is_staff": "on", "is_superuser": "on", "username": "other", "password": "x"}
        assert admin_client.post(address(User, "change", user.pk), data).status_code == 302
        changed = User.objects.get(pk=user.pk)
        assert (changed.is_active, changed.is_staff, changed.first_name) == (True, True, "A")
        assert (changed.username, changed.is_superuser, changed.password) == ("amina", False, user.password)

    def test_nobody_locks_themselves_out(self, admin_client):
        boss = User.objects.get(username="boss")
        admin_client.post(address(User, "change", boss.pk), {"email": "boss@example.com"})
        boss.refresh_from_db()
        assert (boss.is_active, boss.is_staff) == (True, True)

    def test_a_new_password(self, admin_client):
        user = LearnerFactory()
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        page = admin_client.get(url)
        assert page.status_code == 200
        assert user.password not in page.text
        new = "another long password"
        admin_client.post(url, {"usable_password": "true", "password1": new, "password2": new})
        user.refresh_from_db()
        assert user.check_password(new)

    def test_in_an_lms_accounts_are_the_lmss(self, admin_client, settings):
        settings.PLATFORM_TABLES = "existing"
        user = LearnerFactory()
        assert admin_client.get(address(User, "add")).status_code == 403
        assert admin_client.post(address(User, "change", user.pk), self.CHANGE).status_code == 403
        assert admin_client.get(reverse("admin:auth_user_password_change", args=[user.pk])).status_code == 403
        page = admin_client.get(address(User, "change", user.pk))
        assert page.status_code == 200
        assert "Set a new password" not in page.text

    def test_global_staff_set_no_passwords(self, client_of):
        user = LearnerFactory()
        client = client_of(admin_user(is_superuser=False))
        assert client.get(reverse("admin:auth_user_password_change", args=[user.pk])).status_code == 403


class TestCourseAccessRoles:
    def post(self, client, **data):
        return client.post(address(CourseAccessRole, "add"), {"username": "amina", "role": "staff", **data})

    def test_a_superuser_gives_and_takes_a_role_and_both_are_logged(self, admin_client):
        LearnerFactory(username="amina")
        assert self.post(admin_client, course_id="course-v1:Org+A+1").status_code == 302
        row = CourseAccessRole.objects.get(user__username="amina")
        assert (row.org, str(row.course_id), row.role) == ("Org", "course-v1:Org+A+1", "staff")
        admin_client.post(address(CourseAccessRole, "delete", row.pk), {"post": "yes"})
        assert not CourseAccessRole.objects.filter(user__username="amina").exists()
        flags = LogEntry.objects.filter(content_type__model="courseaccessrole").values_list("action_flag", flat=True)
        assert sorted(flags) == [history.ADDITION, history.DELETION]

    def test_a_site_wide_role_has_an_empty_place_as_in_the_platform(self, admin_client):
        LearnerFactory(username="amina")
        self.post(admin_client, role="support")
        with connection.cursor() as cursor:
            cursor.execute("SELECT org, course_id FROM student_courseaccessrole")
            assert cursor.fetchall() in ([("", "")], (("", ""),))

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"username": "nobody"}, "no active account"),
            ({"course_id": "MITx"}, "not a course key"),
            ({}, "Say where"),
            ({"role": "support", "org": "Org"}, "whole site"),
            ({"org": "Other", "course_id": "course-v1:Org+A+1"}, "belongs to Org"),
            ({"role": "king", "org": "Org"}, "not one of the available choices"),
            ({"org": "Held"}, "this role already"),
        ],
    )
    def test_a_role_that_makes_no_sense_is_refused(self, data, message, admin_client):
        user = LearnerFactory(username="amina")
        CourseAccessRole.objects.create(user=user, org="Held", role="staff")
        response = self.post(admin_client, **data)
        assert response.status_code == 200
        assert message in response.text
        assert CourseAccessRole.objects.filter(user=user).count() == 1

    def test_rows_whose_account_is_gone_stay_in_the_list(self, admin_client):
        LearnerVisit.objects.create(viewer_id=987_654, learner_id=987_655, visited_at=timezone.now())
        assert len(admin_client.get(address(LearnerVisit)).context["cl"].result_list) == 1
        assert len(rows_of(admin_client.get(address(LearnerVisit, "export")))) == 2


def test_what_is_in_an_archive_is_not_shown(admin_client):
    page = admin_client.get(address(ArchivePart, "change", archive_part().pk)).content.decode()
    assert "deleted" in page.lower()
    assert "payload" not in page.lower()
    assert "secret work" not in page
