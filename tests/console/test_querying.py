"""Queries behind guards: what a query can reach, what it means, and what it says when it is wrong."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.utils import timezone

from console import query_text, querying
from console.admin import site
from console.models import CourseAccessRole, StaffSession, UserProfile
from console.queries import lists
from console.query_fields import Text, field_for
from console.query_limits import QueryTimeout, time_limit
from console.querying import GuardedSchema, QueryError, search
from console.schemas import PERSON, PeopleSchema
from enrollments.models import CourseEnrollment, CourseOverview, PersistentCourseGrade
from enrollments.schemas import CourseEnrollmentSchema, CourseGradeSchema
from resets.models import CourseResetAudit, ResetJob
from resets.schemas import CourseResetSchema
from tests.factories import AuditFactory, EnrollmentFactory, LearnerFactory, admin_user, course_staff

pytestmark = pytest.mark.django_db

User = get_user_model()
EXPECTED_FIELDS = Path(__file__).with_name("query_fields.json")
SLOW_SQL = (
    "SELECT COUNT(*) FROM auth_user a, auth_user b, auth_user c, auth_user d, auth_user e, auth_user f"
    " WHERE a.id + b.id + c.id + d.id + e.id + f.id < 0"
)


class RolesSchema(GuardedSchema):
    """A to-many relation, which none of the real schemas has."""

    allowed = {User: [*PERSON, "course_access_roles"], CourseAccessRole: ["role", "org"]}


class CountedSchema(GuardedSchema):
    """An annotation as a field."""

    allowed = {User: ["username", Text(name="shouted", nullable=True)]}

    @classmethod
    def rows(cls, model):
        return super().rows(model).annotate(shouted=models.functions.Upper("username"))


def names(text, schema=PeopleSchema, base=None):
    return {user.username for user in search(User.objects.all() if base is None else base, text, schema)}


def refusal(text, schema=PeopleSchema, model=User):
    with pytest.raises(QueryError) as caught:
        list(search(model.objects.all(), text, schema))
    return caught.value


def dump():
    return {
        str(model._meta): {label: sorted(fields) for label, fields in sorted(model_admin.schema(model).models.items())}
        for model, model_admin in sorted(site._registry.items(), key=lambda item: str(item[0]._meta))
    }


class TestHoles:
    """The seven holes of DjangoQL, each closed."""

    def test_s1_every_schema_reaches_the_listed_fields_and_nothing_else(self):
        assert dump() == json.loads(EXPECTED_FIELDS.read_text())

    def test_s1_no_secret_is_among_the_listed_fields(self):
        # The model of API tokens may be named; what signs in with one is not among its fields.
        words = set(re.findall(r"\w+", EXPECTED_FIELDS.read_text())) - {"apitoken"}
        assert not [word for word in words if re.search(r"password|session|token|secret|download|permission", word)]

    def test_s1_a_relation_out_of_the_schema_is_a_mistake_that_shows(self):
        class Leaky(GuardedSchema):
            allowed = {UserProfile: ["user"]}

        with pytest.raises(ImproperlyConfigured, match="leads out"):
            search(UserProfile.objects.all(), 'user.username = "x"', Leaky)

    def test_s1_a_schema_lists_nothing_by_itself(self):
        with pytest.raises(Exception, match="excluded"):
            search(User.objects.all(), "id = 1", GuardedSchema)

    @pytest.mark.parametrize(
        "text",
        [
            'password startswith "pbkdf2"',
            "password = None",
            'user_permissions.codename = "x"',
            'groups.name = "x"',
            'logentry.change_message ~ "x"',
            'username.password = "x"',
            'profile.user.password startswith "p"',
            'profile__user__password startswith "p"',
            "date_joined.year = 2026",
        ],
    )
    def test_s2_a_hidden_field_answers_neither_yes_nor_no(self, text):
        LearnerFactory()
        assert refusal(text).line == 1

    @pytest.mark.parametrize("path", ["course_enrollment.user", "reset_by"])
    def test_s2_nor_over_a_relation(self, path):
        AuditFactory()
        error = refusal(f'{path}.password startswith "md5"', CourseResetSchema, CourseResetAudit)
        assert "no field password" in error.message

    def test_s2_no_schema_leads_from_one_row_to_many(self):
        """A to-many relation could tell about rows that the person may not see."""
        for model, model_admin in site._registry.items():
            for label, fields in model_admin.schema(model).models.items():
                owner = next(found for found in model_admin.schema.allowed if str(found._meta) == label)
                for name, field in fields.items():
                    relation = field.type == "relation" and owner._meta.get_field(name)
                    assert not (relation and (relation.one_to_many or relation.many_to_many))

    def test_s4_stored_values_are_never_suggested(self):
        EnrollmentFactory(mode="a-mode-of-their-own")
        assert querying.options(CourseEnrollmentSchema, CourseEnrollment, "mode", "own") == []
        assert querying.options(CourseEnrollmentSchema, CourseEnrollment, "course_id", "") == []
        assert querying.options(CourseEnrollmentSchema, CourseEnrollment, "auth.user.username", "") == []
        assert querying.options(CourseEnrollmentSchema, CourseEnrollment, "mode", "ver") == ["verified"]
        assert querying.options(CourseResetSchema, CourseResetAudit, "status", "fail") == ["Failed"]

    def test_s4_rows_outside_the_scope_are_not_found(self):
        ours, theirs = EnrollmentFactory(), EnrollmentFactory()
        base = CourseEnrollment.objects.visible_to(course_staff(ours.course_id))
        text = f'id in ({ours.pk}, {theirs.pk}) or id = {theirs.pk} or mode ~ ""'
        assert set(search(base, text, CourseEnrollmentSchema)) == {ours}

    def test_s5_the_completion_writes_text_and_never_markup(self):
        script = Path(finders.find("console/query.js")).read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script)
        assert finders.find("djangoql/js/completion.js") is None

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (" or ".join(["id = 1"] * 2000), "characters"),
            (" or ".join(["id=1"] * 40), "30 conditions"),
            (".".join(["profile.user"] * 20) + ".id = 1", "relations"),
            ("x" * 10_000, "1,000 are possible"),
            ("(" * 100 + "id = 1" + ")" * 100, "nested 10 deep"),
            ('username = "' + "x" * 850 + '" and id = ' + "9" * 80, None),
        ],
    )
    def test_s6_size_has_an_end(self, text, message):
        if message is None:
            assert names(text) == set()
        else:
            assert message in refusal(text).message

    def test_s6_the_largest_query_that_is_allowed_is_answered(self):
        LearnerFactory(username="amina")
        assert names("(" * 10 + " or ".join(['username="amina"'] * 30) + ")" * 10) == {"amina"}


class TestMeaning:
    def test_empty_text_describes_everything(self):
        LearnerFactory(username="amina")
        assert names("  ") == {"amina"}

    def test_and_binds_stronger_than_or(self):
        LearnerFactory(username="a", is_active=False)
        LearnerFactory(username="b", is_active=True)
        assert names('is_active = True and username = "x" or username = "a"') == {"a"}
        assert names('username = "a" or username = "b" and is_active = False') == {"a"}
        assert names('(username = "a" or username = "b") and is_active = True') == {"b"}

    def test_a_row_comes_once_however_often_it_matches(self):
        person = LearnerFactory(username="amina")
        for org in ("A", "B", "C"):
            CourseAccessRole.objects.create(user=person, org=org, role="staff")
        found = search(User.objects.order_by("pk"), 'course_access_roles.role = "staff"', RolesSchema)
        assert [user.pk for user in found] == [person.pk]
        assert found.count() == 1

    def test_order_and_annotations_of_the_base_stay(self):
        for name in ("b", "a"):
            LearnerFactory(username=name)
        base = User.objects.annotate(mark=models.Value("!")).order_by("username")
        assert [(user.username, user.mark) for user in search(base, "id > 0", PeopleSchema)] == [("a", "!"), ("b", "!")]

    def test_an_annotation_can_be_asked_for(self):
        LearnerFactory(username="amina")
        assert names('shouted = "AMINA"', CountedSchema) == {"amina"}

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ('course_id = "course-v1:Org+One+2026"', {"one"}),
            ('course_id != "course-v1:Org+One+2026"', {"two"}),
            ('course_id ~ "org+two"', {"two"}),
            ('course_id startswith "course-v1:Org+"', {"one", "two"}),
            ('course_id endswith "nothing"', set()),
            ('course_id not in ("course-v1:Org+One+2026", "course-v1:Org+Three+2026")', {"two"}),
            ('course_id = ""', set()),
            ("overview = None", {"one", "two"}),
            ('overview.display_name = "x"', set()),
        ],
    )
    def test_keys_are_asked_for_as_text(self, text, found):
        for name in ("One", "Two"):
            key = CourseOverview._meta.pk.KEY_CLASS.from_string(f"course-v1:Org+{name}+2026")
            EnrollmentFactory(course_id=key, user__username=name.lower())
        rows = search(CourseEnrollment.objects.select_related("user"), text, CourseEnrollmentSchema)
        assert {row.user.username for row in rows} == found

    def test_choices_by_word_and_by_label(self):
        AuditFactory(status="failed")
        for text in ('status = "failed"', 'status = "Failed"', 'status in ("Failed")', 'status ~ "fail"'):
            assert search(CourseResetAudit.objects.all(), text, CourseResetSchema).count() == 1


class TestMoments:
    @pytest.fixture(autouse=True)
    def people(self):
        for name, joined in [
            ("october", "2026-10-31T23:59:59"),
            ("first", "2026-11-01"),
            ("noon", "2026-11-21T12:30:15"),
            ("midnight", "2026-11-22"),
            ("december", "2026-12-01"),
        ]:
            LearnerFactory(username=name, date_joined=timezone.make_aware(datetime.fromisoformat(joined)))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ('date_joined ~ "2026-11"', {"first", "noon", "midnight"}),
            ('date_joined !~ "2026-11"', {"october", "december"}),
            ('date_joined startswith "2026-12"', {"december"}),
            ('date_joined not startswith "2026-12"', {"october", "first", "noon", "midnight"}),
            ('date_joined ~ "2026"', {"october", "first", "noon", "midnight", "december"}),
            ('date_joined = "2026-11-21"', {"noon"}),
            ('date_joined != "2026-11-21"', {"october", "first", "midnight", "december"}),
            ('date_joined > "2026-11-21"', {"midnight", "december"}),
            ('date_joined >= "2026-11-21"', {"noon", "midnight", "december"}),
            ('date_joined < "2026-11-21"', {"october", "first"}),
            ('date_joined <= "2026-11-21"', {"october", "first", "noon"}),
            ('date_joined > "2026-11-21 12:30"', {"noon", "midnight", "december"}),
            ('date_joined = "2026-11-21 12:30"', {"noon"}),
            ('date_joined = "2026-11-21T12:30:15"', {"noon"}),
            ('date_joined in ("2026-10", "2026-12")', {"october", "december"}),
            ('date_joined not in ("2026-10", "2026-11")', {"december"}),
            ("last_login = None", {"october", "first", "noon", "midnight", "december"}),
            ('last_login ~ "2026-11"', set()),
        ],
    )
    def test_dates_are_spans(self, text, found):
        assert names(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ('date_joined > "-7d"', {"new", "hour"}),
            ('date_joined < "-7d" and username in ("new", "old", "hour")', {"old"}),
            ('date_joined > "-90min"', {"hour"}),
            ('date_joined > "-1w" and date_joined < "now"', {"new", "hour"}),
            ('date_joined > "+1d"', set()),
        ],
    )
    def test_moments_from_now(self, text, found):
        User.objects.update(date_joined=timezone.now() - timedelta(days=300))
        for name, age in (("old", 192), ("new", 48), ("hour", 1)):
            LearnerFactory(username=name, date_joined=timezone.now() - timedelta(hours=age))
        assert names(text) == found

    def test_today_is_the_day_of_the_site(self):
        LearnerFactory(username="now", date_joined=timezone.now())
        assert "now" in names('date_joined = "today"')
        assert "now" not in names('date_joined = "yesterday" or date_joined = "tomorrow"')

    @pytest.mark.parametrize("value", ["", "soon", "2026-13", "2026-02-30", "9999", "-7", "0000", "-99999w", "+7dd"])
    def test_no_date_is_said_so(self, value):
        if value == "-99999w":
            assert names(f'date_joined < "{value}"') == set()
        else:
            assert "is no date" in refusal(f'date_joined > "{value}"').message


class TestRefusals:
    @pytest.mark.parametrize("number", ["1e400", "-1e400"])
    def test_a_number_beyond_every_column_is_marked(self, number):
        """MySQL has no infinity, which Python makes of it."""
        text = f"percent_grade > 0 and percent_grade < {number}"
        error = refusal(text, CourseGradeSchema, PersistentCourseGrade)
        assert (querying.mark(text, error).bad, error.message) == (number, "This number is too large.")

    @pytest.mark.parametrize(
        ("text", "bad", "message", "suggestion"),
        [
            ('usrname = "x"', "usrname", "no field usrname", "username"),
            ('id > 1 and\nusrname = "x"', "usrname", "no field usrname", "username"),
            ('profile.nmae = "x"', "nmae", "no field nmae", "name"),
            ('profile = "x"', "profile", "a record", "profile.id"),
            ("username = amina", "amina", "quotation marks", '"amina"'),
            ("username = 5", "5", "text in quotation marks", '"5"'),
            ("username ~ 5", "5", "quotation marks", '"5"'),
            ('username = "amina', '"amina', "closing quotation mark", '"amina"'),
            ('username like "a"', "like", "comparison", "~"),
            ('username == "a"', "=", "One = is enough", " "),
            ('username = "a" AND id = 1', "AND", "small letters", "and"),
            ('username = "a" & id = 1', "&", "means nothing", "and"),
            ("is_active = true", "true", "capital letter", "True"),
            ('is_active = "yes"', '"yes"', "True or False", ""),
            ('id = "5"', '"5"', "whole number", ""),
            ("id in (1, 2.5)", "2.5", "whole number", ""),
            ("id = None", "None", "never empty", ""),
            ('username in "x"', '"x"', "list in brackets", '("x")'),
            ("not (id = 1)", "not", "otherwise use", ""),
            ('date_joined = "-7d"', '"-7d"', "single instant", ""),
            ('date_joined endswith "1"', '"1"', "by their end", ""),
            ("username", "", "comparison is missing", ""),
            ("username =", "", "value is missing", ""),
            ('username = "a" and', "", "condition is missing", ""),
            ('(username = "a"', "", "closing bracket is missing", ""),
            ('username = "a")', ")", "never opened", ""),
            ('username = "\\u0000"', '"\\u0000"', "no database can store", ""),
            ('username = "\\ud800"', '"\\ud800"', "no database can store", ""),
        ],
    )
    def test_each_mistake_is_marked_and_explained(self, text, bad, message, suggestion):
        error = refusal(text)
        assert message.lower() in error.message.lower()
        assert (querying.mark(text, error).bad, error.suggestion) == (bad, suggestion)

    @pytest.mark.parametrize("operator", ["=", "!=", "in", "not in"])
    def test_a_part_of_a_key_is_no_key(self, operator):
        value = '("course-v1:a+b+c", "MITx")' if "in" in operator else '"MITx"'
        error = refusal(f"course_id {operator} {value}", CourseEnrollmentSchema, CourseEnrollment)
        assert "Use ~" in error.message
        assert querying.mark(f"course_id {operator} {value}", error).bad == '"MITx"'

    def test_keys_have_no_order(self):
        assert "no order" in refusal('course_id > "a"', CourseEnrollmentSchema, CourseEnrollment).message

    def test_a_suggestion_taken_gives_the_corrected_query(self):
        text = 'id > 1 and usrname = "x"'
        assert querying.corrected(text, refusal(text)) == 'id > 1 and username = "x"'

    def test_line_and_column_count_from_one_whatever_ends_a_line(self):
        error = refusal('id > 1\r\nand usrname = "x"')
        assert (error.line, error.column, error.length) == (2, 5, 7)

    def test_no_text_at_all_breaks_it(self):
        """Every piece of a query at every place: an answer or a QueryError, nothing else."""
        words = ["id", "profile.name", "date_joined", "=", "~", "in", "not", "None", "and"]
        words = ["id", "profile.name", "date_joined", "=", "~", "in", "not", "None", "and"]
        pieces = [*words, "(", ")", '"x"', "5", ",", "'", "\\"]
        answered = refused = 0
        for first in pieces:
            for second in pieces:
                for third in pieces:
                    try:
                        str(search(User.objects.all(), f"{first} {second} {third}", PeopleSchema).query)
                        answered += 1
                    except QueryError:
                        refused += 1
        assert answered > 0
        assert refused > answered


class TestSlowParts:
    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ('username ~ "amin"', "username ~"),
            ('id = 1 or (profile.name not endswith "a" and username ~ "b")', "profile.name not endswith"),
            ('username !~ "a"', "username !~"),
            ('username startswith "a" and id = 1', ""),
            ('date_joined ~ "2026-11"', ""),
            ("", ""),
        ],
    )
    def test_what_looks_inside_the_text_is_named(self, text, part):
        assert querying.slow_part(text, User, PeopleSchema) == part

    @pytest.mark.parametrize(
        ("address", "variable"), [("/resets/", "ql"), ("/admin/lectern_resets/courseresetaudit/", "q")]
    )
    def test_the_lists_warn_of_it(self, address, variable, client_of):
        client = client_of(admin_user())
        words = "looks inside the text of every row"
        assert words in client.get(address, {variable: 'comment ~ "ticket"'}).text
        assert words not in client.get(address, {variable: 'comment startswith "ticket"'}).text
        assert words not in client.get(address, {variable: 'comment ~ "ticket'}).text
        assert words not in client.get(address).text


class TestFields:
    def test_a_type_that_nobody_thought_about_is_refused(self):
        with pytest.raises(ImproperlyConfigured):
            field_for(ResetJob, "cleared")

    def test_the_session_table_has_no_schema(self):
        assert not [each for each in site._registry.values() if StaffSession in each.schema.allowed]

    def test_what_the_completion_is_told(self):
        told = querying.describe(CourseResetSchema, CourseResetAudit, "/words/")
        assert told["current_model"] == "lectern_resets.courseresetaudit"
        assert told["suggestions_api_url"] == "/words/"
        fields = told["models"]["lectern_resets.courseresetaudit"]
        assert fields["status"] == {"type": "str", "nullable": False, "options": True}
        assert fields["reset_by"]["relation"] == "auth.user"
        assert fields["comment"]["options"] is False
        json.dumps(told)

    def test_words_of_an_unknown_field(self):
        for name in ("password", "auth.user.password", "nonsense", "no.such.model"):
            with pytest.raises(LookupError):
                querying.options(CourseResetSchema, CourseResetAudit, name, "")


class TestTimeLimit:
    @pytest.fixture
    def crowd(self):
        LearnerFactory.create_batch(40, profile=None)

    def run_slow(self):
        with connection.cursor() as cursor:
            cursor.execute(SLOW_SQL)
            cursor.fetchall()

    def test_a_long_query_is_cut_off_in_words(self, crowd):
        with pytest.raises(QueryTimeout, match=r"longer than 0\.2 seconds"), time_limit(connection, 0.2):
            self.run_slow()

    def test_afterwards_the_connection_works_and_has_no_limit(self, crowd):
        with pytest.raises(QueryTimeout), time_limit(connection, 0.2):
            self.run_slow()
        assert User.objects.count() == 40
        with time_limit(connection, 5):
            assert User.objects.count() == 40
        assert self.limit_left() in {"", "0", "0.0", "0.000000"}

    def limit_left(self):
        if connection.vendor == "sqlite":
            # More steps than lie between two looks at the clock, long after the last limit ended.
            with connection.cursor() as cursor:
                cursor.execute("SELECT COUNT(*) FROM auth_user a, auth_user b, auth_user c")
                assert cursor.fetchone() == (40**3,)
            return ""
        statement = "SHOW statement_timeout"
        if connection.vendor == "mysql":
            name = "max_statement_time" if connection.mysql_is_mariadb else "max_execution_time"
            statement = f"SELECT @@SESSION.{name}"
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return str(cursor.fetchone()[0])

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Only PostgreSQL compiles statements")
    def test_nothing_is_compiled_inside(self):
        def compiles():
            with connection.cursor() as cursor:
                cursor.execute("SHOW jit")
                return cursor.fetchone()[0]

        before = compiles()
        with time_limit(connection, 5):
            assert compiles() == "off"
        assert compiles() == before

    def test_a_query_that_the_database_refuses_is_a_query_error(self):
        joined = ", ".join(f"auth_user t{number}" for number in range(70))
        statement = "SELECT 1 / 0" if connection.vendor == "postgresql" else f"SELECT 1 FROM {joined}"
        with pytest.raises(QueryError, match="could not answer"), time_limit(connection, 5):
            connection.cursor().execute(statement)

    def test_other_errors_pass_through(self):
        with pytest.raises(KeyError), time_limit(connection, 5):
            raise KeyError("not about queries")

    def test_a_query_as_people_type_it_is_cut_off(self, client_of, settings):
        """Thirty pieces of text are looked for in 40,000 keys: nothing is slow but the query itself."""
        learner, client = LearnerFactory(), client_of(admin_user())
        CourseEnrollment.objects.bulk_create(
            CourseEnrollment(user=learner, course_id=f"course-v1:Org+C{number}+R", mode="audit")
            for number in range(40_000)
        )
        text = " or ".join(f'course_id ~ "x{number}"' for number in range(query_text.MAX_TERMS))
        for name in ("enrollments:list", "admin:lectern_enrollments.courseenrollment"):
            asked = lists.find(name)
            for seconds, is_cut_off in ((0.05, True), (60, False)):
                settings.LECTERN_QUERY_SECONDS = seconds
                page = client.get(asked.url, {asked.variable: text}).text
                assert ("longer than 0.05 seconds" in page) is is_cut_off, (name, seconds)

    def test_a_list_that_takes_too_long_says_so(self, crowd, client_of, settings, monkeypatch):
        class SlowSchema(PeopleSchema):
            @classmethod
            def rows(cls, model):
                return super().rows(model).extra(where=[f"({SLOW_SQL}) = 0"])

        settings.LECTERN_QUERY_SECONDS = 0.2
        monkeypatch.setattr(type(site._registry[User]), "schema", SlowSchema)
        client = client_of(admin_user())
        response = client.get("/admin/auth/user/", {"q": "id > 0"})
        assert response.status_code == 200
        assert "longer than 0.2 seconds" in response.text
        assert response.context["cl"].result_count == 0
        export = client.get("/admin/auth/user/export/", {"q": "id > 0"})
        assert export.status_code == 302
