"""Every address of the site, opened by every kind of person. A new address that is not listed here fails."""

import pytest
from django.urls import get_resolver, reverse
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.realizing.plan import make_draft as make_realization
from groups.cohorts.bulk.parse import Row
from groups.cohorts.bulk.plan import make_upload
from groups.models import CourseUserGroup, UserPartition
from groups.olx.drafts import prepare
from resets.bulk.parse import Line
from resets.bulk.plan import make_draft
from tests import factories
from tests.groups.exports import packed, small

pytestmark = pytest.mark.django_db

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
PEOPLE = ("anonymous", "nobody", "other_instructor", "instructor", "support", "staff", "admin")
SIGN_IN = 302
CUSTOMER = "11111111-1111-4111-8111-111111111111"

# What each person gets on GET, in the order of PEOPLE.
OPEN = (200,) * 7
EVERYBODY_WITH_A_ROLE = (SIGN_IN, 403, 200, 200, 200, 200, 200)
OWN_COURSE = (SIGN_IN, 403, 404, 200, 200, 200, 200)
SUPPORT = (SIGN_IN, 403, 403, 403, 200, 200, 200)
SUPPORT_BY_POST_ONLY = (SIGN_IN, 403, 403, 403, 405, 405, 405)
REDIRECTED = (SIGN_IN, 403, 403, 403, 302, 302, 302)
NOWHERE = (SIGN_IN, 403, 404, 404, 404, 404, 404)
ADMINS = (SIGN_IN, 403, 403, 403, 403, 200, 200)
# APIs answer strangers with 401 instead of sending them to the sign-in page.
API_FOR_EVERYBODY_WITH_A_ROLE = (401, 403, 200, 200, 200, 200, 200)
API_FOR_SUPPORT = (401, 403, 403, 403, 200, 200, 200)
API_OF_THIS_COURSE = (401, 403, 403, 200, 403, 200, 200)
API_OF_THIS_COURSE_BY_POST_ONLY = (401, 403, 403, 405, 403, 405, 405)

COURSE_STAFF = (SIGN_IN, 403, 200, 200, 403, 200, 200)
OF_THIS_COURSE = (SIGN_IN, 403, 404, 200, 403, 200, 200)
OF_THIS_COURSE_BY_POST_ONLY = (SIGN_IN, 403, 404, 405, 403, 405, 405)
CHANGED = (SIGN_IN, 403, 404, 302, 403, 302, 302)
OUT_OF_DATE = (SIGN_IN, 403, 404, 409, 403, 409, 409)
INVALID = (SIGN_IN, 403, 404, 422, 403, 422, 422)
PARTITION = {"course_key": RUN, "partition_id": 100}

OF_THIS_COURSE_BY_POST = (SIGN_IN, 403, 404, 405, 403, 405, 405)
COURSE_TABS = ("cohorts", "cohort-new", "cohorts-repair", "learners", "settings", "assignments", "assignments-new")
COHORT_PAGES = ("cohort", "cohort-edit", "cohort-delete", "cohort-add", "cohort-waiting")
PLAN_PAGES = ("detail", "progress", "summary", "confirm")
LEARNER_GROUP_PAGES = ("learner-group", "learner-group-edit", "learner-group-delete", "learner-group-add")

ADMINS_BY_POST_ONLY = (SIGN_IN, 403, 403, 403, 403, 405, 405)
ADMINS_REDIRECTED = (SIGN_IN, 403, 403, 403, 403, 302, 302)

ADDRESSES = {
    "console:home": (EVERYBODY_WITH_A_ROLE, {}),
    "console:learners": (SUPPORT, {}),
    "console:learner": ((SIGN_IN, 403, 403, 403, 302, 302, 302), {"username": "anna"}),
    "console:learner-history": (SUPPORT, {"username": "anna"}),
    "console:schema": (ADMINS, {}),
    "console:healthz": (OPEN, {}),
    "console:readyz": ((503,) * 7, {}),
    "console:api-schema": (API_FOR_EVERYBODY_WITH_A_ROLE, {}),
    "console:api-docs": (EVERYBODY_WITH_A_ROLE, {}),
    "console:metrics": (API_FOR_EVERYBODY_WITH_A_ROLE, {}),
    "console:csrf-token": (API_FOR_EVERYBODY_WITH_A_ROLE, {}),
    "console:login": ((200, 302, 302, 302, 302, 302, 302), {}),
    "console:logout": ((405,) * 7, {}),
    "enrollments:courses": (SUPPORT, {"username": "anna"}),
    "enrollments:courses-introspect": (SUPPORT, {"username": "anna"}),
    "enrollments:courses-suggestions": (SUPPORT, {"username": "anna"}),
    "enrollments:list": (EVERYBODY_WITH_A_ROLE, {}),
    "enrollments:list-introspect": (EVERYBODY_WITH_A_ROLE, {}),
    "enrollments:list-suggestions": (EVERYBODY_WITH_A_ROLE, {}),
    "enrollments:intentions": (ADMINS, {}),
    "enrollments:intentions-introspect": (ADMINS, {}),
    "enrollments:intentions-suggestions": ((SIGN_IN, 403, 403, 403, 403, 400, 400), {}),
    "enrollments:facts": (ADMINS, {}),
    "enrollments:intention-new": (ADMINS, {}),
    "enrollments:intention": (ADMINS, {"pk": "intention"}),
    "enrollments:intention-edit": (ADMINS, {"pk": "intention"}),
    "enrollments:intention-remove": (ADMINS, {"pk": "intention"}),
    "enrollments:intention-restore": (ADMINS, {"pk": "intention"}),
    "enrollments:realizations": (ADMINS, {}),
    "enrollments:realizations-introspect": (ADMINS, {}),
    "enrollments:realizations-suggestions": (ADMINS, {}),
    "enrollments:realization": (ADMINS, {"pk": "realization"}),
    "enrollments:defaults": (SUPPORT, {"username": "anna"}),
    "enrollments:intention-learners": (ADMINS, {"pk": "intention"}),
    "enrollments:intention-tally": (ADMINS, {"pk": "intention"}),
    "enrollments:funnel": (ADMINS, {}),
    "enrollments:realize": (ADMINS, {}),
    "enrollments:realize-new": (ADMINS, {}),
    "enrollments:realize-detail": (ADMINS, {"pk": "realize"}),
    "enrollments:realize-progress": (ADMINS, {"pk": "realize"}),
    "enrollments:realize-confirm": (ADMINS, {"pk": "realize"}),
    "enrollments:realize-discard": (ADMINS_BY_POST_ONLY, {"pk": "realize"}),
    "enrollments:realize-pause": (ADMINS_BY_POST_ONLY, {"pk": "realize"}),
    "enrollments:realize-resume": (ADMINS_BY_POST_ONLY, {"pk": "realize"}),
    "enrollments:realize-cancel": (ADMINS_REDIRECTED, {"pk": "realize"}),
    "enrollments:realize-retry": (ADMINS_REDIRECTED, {"pk": "realize"}),
    "groups:courses": (COURSE_STAFF, {}),
    "groups:course": ((SIGN_IN, 403, 404, 302, 403, 302, 302), {"course_key": RUN}),
    "groups:learner": (SUPPORT, {"username": "anna"}),
    "groups:learner-course": (SUPPORT, {"username": "anna", "course_key": RUN}),
    "groups:content": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:learners": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:mapping": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:mapping-link": ((SIGN_IN, 403, 404, 405, 403, 405, 405), {"course_key": RUN}),
    "groups:mapping-reach": (OF_THIS_COURSE, {"course_key": RUN}),
    **{f"groups:{name}": (OF_THIS_COURSE, {"course_key": RUN}) for name in COURSE_TABS},
    **{f"groups:{name}": (OF_THIS_COURSE, {"course_key": RUN, "pk": "cohort"}) for name in COHORT_PAGES},
    "groups:learner-groups": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:learner-group-new": (OF_THIS_COURSE, {"course_key": RUN}),
    **{f"groups:{name}": (OF_THIS_COURSE, {"course_key": RUN, "pk": "learner_group"}) for name in LEARNER_GROUP_PAGES},
    "groups:learner-group-members": (OF_THIS_COURSE_BY_POST, {"course_key": RUN, "pk": "learner_group"}),
    **{f"groups:assignments-{name}": (OF_THIS_COURSE, {"course_key": RUN, "pk": "assignment"}) for name in PLAN_PAGES},
    "groups:assignments-cancel": (
        (SIGN_IN, 403, 404, 302, 403, 302, 302),
        {"course_key": RUN, "pk": "assignment"},
    ),
    "groups:verified-switch": (OF_THIS_COURSE_BY_POST, {"course_key": RUN}),
    "groups:verified-cohort": (OF_THIS_COURSE_BY_POST, {"course_key": RUN}),
    "groups:verified-line-up": (OF_THIS_COURSE_BY_POST, {"course_key": RUN}),
    "groups:learners-assign": (OF_THIS_COURSE_BY_POST, {"course_key": RUN}),
    "groups:cohort-members": (OF_THIS_COURSE_BY_POST, {"course_key": RUN, "pk": "cohort"}),
    "groups:assignments-discard": (OF_THIS_COURSE_BY_POST, {"course_key": RUN, "pk": "assignment"}),
    "groups:assignments-retry": (OF_THIS_COURSE_BY_POST, {"course_key": RUN, "pk": "assignment"}),
    "enrollments:mobile-status": (API_FOR_SUPPORT, {"version": "v1", "username": "anna"}),
    "enrollments:api-intentions": (API_FOR_SUPPORT, {}),
    "enrollments:api-intention": (API_FOR_SUPPORT, {"uuid": "intention"}),
    # Support staff are no learners of the customer, and name nobody here.
    "enrollments:api-learner-status": ((401, 403, 403, 403, 400, 400, 400), {}),
    "resets:api": (API_FOR_SUPPORT, {"identifier": "anna"}),
    "groups:api-cohort-settings": (API_OF_THIS_COURSE, {"course_key": RUN}),
    "groups:api-cohorts": (API_OF_THIS_COURSE, {"course_key": RUN}),
    "groups:api-cohort": (API_OF_THIS_COURSE, {"course_key": RUN, "cohort_id": "cohort"}),
    "groups:api-cohort-users": (API_OF_THIS_COURSE, {"course_key": RUN, "cohort_id": "cohort"}),
    "groups:api-cohort-user": (
        API_OF_THIS_COURSE_BY_POST_ONLY,
        {"course_key": RUN, "cohort_id": "cohort", "username": "anna"},
    ),
    "groups:api-cohort-upload": (API_OF_THIS_COURSE_BY_POST_ONLY, {"course_key": RUN}),
    "queries:list": (EVERYBODY_WITH_A_ROLE, {}),
    # It needs to be told for which list.
    "queries:new": (NOWHERE, {}),
    "queries:run": ((SIGN_IN, 403, 302, 302, 302, 302, 302), {"pk": "query"}),
    "queries:export": ((SIGN_IN, 403, 302, 302, 302, 302, 302), {"pk": "query"}),
    "queries:edit": (ADMINS, {"pk": "query"}),
    "queries:delete": (ADMINS, {"pk": "query"}),
    "groups:configurations": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:configurations-json": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:configurations-policy": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:configurations-xml": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:configurations-teams": (OF_THIS_COURSE_BY_POST_ONLY, {"course_key": RUN}),
    "groups:configuration-new": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:configuration": (OF_THIS_COURSE, PARTITION),
    "groups:configuration-edit": (OF_THIS_COURSE, PARTITION),
    "groups:configuration-delete": (OF_THIS_COURSE, PARTITION),
    "groups:configuration-activate": (OF_THIS_COURSE_BY_POST_ONLY, PARTITION),
    "groups:configuration-deactivate": (OF_THIS_COURSE_BY_POST_ONLY, PARTITION),
    "groups:configuration-up": (OF_THIS_COURSE_BY_POST_ONLY, PARTITION),
    "groups:configuration-down": (OF_THIS_COURSE_BY_POST_ONLY, PARTITION),
    "groups:import": (OF_THIS_COURSE, {"course_key": RUN}),
    "groups:import-preview": (OF_THIS_COURSE, {"course_key": RUN, "pk": "import"}),
    "groups:import-discard": (OF_THIS_COURSE_BY_POST_ONLY, {"course_key": RUN, "pk": "import"}),
    "resets:learner": (SUPPORT, {"username": "anna"}),
    "resets:learner-introspect": (SUPPORT, {"username": "anna"}),
    "resets:learner-suggestions": (SUPPORT, {"username": "anna"}),
    "resets:list": (EVERYBODY_WITH_A_ROLE, {}),
    "resets:list-introspect": (EVERYBODY_WITH_A_ROLE, {}),
    "resets:list-suggestions": (EVERYBODY_WITH_A_ROLE, {}),
    "resets:coverage": (ADMINS, {}),
    "resets:detail": (OWN_COURSE, {"pk": "audit"}),
    "resets:undo": (SUPPORT, {"pk": "audit"}),
    "resets:confirm": (SUPPORT, {"pk": "enrollment"}),
    "resets:status": (SUPPORT, {"pk": "enrollment"}),
    "resets:bulk": (SUPPORT, {}),
    "resets:bulk-new": (SUPPORT, {}),
    "resets:bulk-detail": (SUPPORT, {"pk": "bulk"}),
    "resets:bulk-progress": (SUPPORT, {"pk": "bulk"}),
    "resets:bulk-confirm": (SUPPORT, {"pk": "bulk"}),
    "resets:bulk-discard": (SUPPORT_BY_POST_ONLY, {"pk": "bulk"}),
    "resets:bulk-pause": (SUPPORT_BY_POST_ONLY, {"pk": "bulk"}),
    "resets:bulk-resume": (SUPPORT_BY_POST_ONLY, {"pk": "bulk"}),
    "resets:bulk-cancel": (REDIRECTED, {"pk": "bulk"}),
    "resets:bulk-retry": (REDIRECTED, {"pk": "bulk"}),
}
ADMINS_GO_ON = (SIGN_IN, 403, 403, 403, 403, 302, 302)
# State changes: the same people, POST. What refuses on GET refuses here too.
DONE_IN_THIS_COURSE = (SIGN_IN, 403, 404, 302, 403, 302, 302)
POSTS = {
    # There is no such group in this course run.
    "groups:mapping-link": ((SIGN_IN, 403, 404, 404, 403, 404, 404), {"link": "999999:100:1:on"}),
    "groups:learner-group-new": (CHANGED, {"name": "Fresh"}),
    "groups:learner-group-edit": (OUT_OF_DATE, {"name": "Lab"}),
    "groups:learner-group-delete": (OUT_OF_DATE, {"seen": "something else"}),
    "groups:learner-group-add": (OF_THIS_COURSE, {"learners": "anna"}),
    "groups:learner-group-members": (CHANGED, {"learner": "1"}),
    "groups:cohort-new": (DONE_IN_THIS_COURSE, {"name": "Fresh", "assignment_type": "manual"}),
    "groups:cohort-edit": ((SIGN_IN, 403, 404, 409, 403, 409, 409), {"name": "A", "assignment_type": "manual"}),
    "groups:cohort-delete": ((SIGN_IN, 403, 404, 409, 403, 409, 409), {"seen": "something else"}),
    "groups:cohort-add": (OF_THIS_COURSE, {"learners": "anna"}),
    "groups:settings": (DONE_IN_THIS_COURSE, {"cohorts": "on", "initialise": "yes"}),
    **{
        f"groups:{name}": (DONE_IN_THIS_COURSE, {})
        for name in ("cohorts-repair", "cohort-members", "cohort-waiting", "learners", "learners-assign")
    },
    "groups:verified-switch": ((SIGN_IN, 403, 404, 403, 403, 302, 302), {"switch": "on", "cohort_name": "Paying"}),
    "groups:verified-cohort": (DONE_IN_THIS_COURSE, {}),
    # The switch is off.
    "groups:verified-line-up": (OUT_OF_DATE, {}),
    "groups:assignments-new": ((SIGN_IN, 403, 404, 422, 403, 422, 422), {}),
    "groups:api-cohorts": (API_OF_THIS_COURSE, {"name": "Fresh", "assignment_type": "manual"}),
    "groups:api-cohort-users": (API_OF_THIS_COURSE, {"users": ["anna"]}),
    "groups:api-cohort-user": (API_OF_THIS_COURSE, {}),
    "groups:api-cohort-upload": ((401, 403, 403, 400, 403, 400, 400), {}),
    **{
        f"groups:assignments-{change}": (DONE_IN_THIS_COURSE, {})
        for change in ("confirm", "discard", "cancel", "retry")
    },
    "enrollments:facts": ((SIGN_IN, 403, 403, 403, 403, 422, 422), {}),
    "enrollments:realize-new": ((SIGN_IN, 403, 403, 403, 403, 422, 422), {}),
    **{
        f"enrollments:realize-{change}": (ADMINS_GO_ON, {})
        for change in ("confirm", "discard", "pause", "resume", "cancel", "retry")
    },
    "enrollments:intention-new": (ADMINS_GO_ON, {"customer": "mine", "content_key": "MineX+M2"}),
    "enrollments:intention-edit": (
        (SIGN_IN, 403, 403, 403, 403, 409, 409),
        {"content_key": "MineX+M2", "seen": "2026-01-01 00:00"},
    ),
    "enrollments:intention-remove": (ADMINS_GO_ON, {}),
    # The intention of this test is live.
    "enrollments:intention-restore": ((SIGN_IN, 403, 403, 403, 403, 409, 409), {}),
    "console:schema": ((SIGN_IN, 403, 403, 403, 403, 302, 302), {}),
    "resets:api": ((401, 403, 403, 403, 201, 201, 201), {"course_id": str(RUN), "comment": "Wrong run"}),
    "resets:confirm": ((SIGN_IN, 403, 403, 403, 302, 302, 302), {"memo": "Wrong run"}),
    # The reset of this test failed: there is nothing to undo.
    "resets:undo": ((SIGN_IN, 403, 403, 403, 409, 409, 409), {"memo": "Wrong learner"}),
    "queries:new": (NOWHERE, {}),
    "queries:edit": ((SIGN_IN, 403, 403, 403, 403, 302, 302), {"title": "Failed", "text": "id > 5"}),
    "queries:delete": ((SIGN_IN, 403, 403, 403, 403, 302, 302), {}),
    "resets:bulk-new": (
        REDIRECTED,
        {"course": str(RUN), "learners": "anna", "memo": "Wrong run"},
    ),
    "groups:configurations-json": (INVALID, {}),
    "groups:configurations-teams": (CHANGED, {"on": "1"}),
    "groups:configuration-new": (
        CHANGED,
        {
            "scheme": "cohort",
            "name": "New",
            "groups-TOTAL_FORMS": 1,
            "groups-INITIAL_FORMS": 0,
            "groups-0-name": "A",
        },
    ),
    "groups:configuration-edit": (
        OUT_OF_DATE,
        {"seen": "", "name": "P", "groups-TOTAL_FORMS": 0, "groups-INITIAL_FORMS": 0},
    ),
    **{
        f"groups:configuration-{change}": (CHANGED, {"seen": ""})
        for change in ("activate", "deactivate", "up", "down", "delete")
    },
    "groups:import": (INVALID, {}),
    "groups:import-preview": (CHANGED, {"seen_revision": 1}),
    "groups:import-discard": (CHANGED, {}),
    **{
        f"resets:bulk-{change}": (REDIRECTED, {})
        for change in ("confirm", "discard", "pause", "resume", "cancel", "retry")
    },
}


@pytest.fixture
def rows():
    """Return the ids that addresses are filled with: a learner in a run, a failed reset, a list, a shared query."""
    course = factories.CourseOverviewFactory(id=RUN)
    factories.OptInFactory(course=course)
    enrollment = factories.EnrollmentFactory(course=course, user=factories.LearnerFactory(username="anna"))
    audit = factories.AuditFactory(course_enrollment=enrollment, status="failed")
    query = factories.SavedQueryFactory(is_shared=True)
    content = factories.imported(RUN, policy='{"course/2026": {}}', run_name="2026", course_xml="<course/>")
    UserPartition.objects.create(course=content, partition_id=100, name="P", scheme="cohort", position=0)
    upload = prepare(file=packed(small()), name="x.tar.gz", course_key=RUN, actor=factories.admin_user())
    bulk = make_draft(lines=[Line(1, "anna")], course_key=RUN, memo="Wrong run", actor=factories.support())
    cohort = factories.CohortFactory(name="Alpha", course_id=RUN)
    row = Row(2, "Alpha", "anna")
    assignment = make_upload(course_key=RUN, rows=[row], source="list.csv", actor=factories.course_staff(RUN))
    intention = factories.IntentionFactory(
        enterprise_customer__uuid=CUSTOMER, enterprise_customer__slug="mine", content_key=str(RUN)
    )
    realization = factories.RealizationFactory(intended_enrollment=intention)
    lab = CourseUserGroup.objects.create(name="Lab", course_id=RUN, group_type="groups")
    factories.CustomerUserFactory(enterprise_customer=intention.enterprise_customer)
    plan = make_realization(intention_uuid=intention.pk, memo="Asked for", actor=factories.admin_user())
    return {
        "realize": plan.pk,
        "learner_group": lab.pk,
        "cohort": cohort.pk,
        "assignment": assignment.pk,
        "intention": intention.pk,
        "realization": realization.pk,
        "enrollment": enrollment.pk,
        "audit": audit.pk,
        "bulk": bulk.pk,
        "query": query.pk,
        "import": upload.pk,
    }


@pytest.fixture
def browser(client, client_of):
    """Return a function that gives the browser of one of PEOPLE."""
    make = {
        "nobody": factories.LearnerFactory,
        "other_instructor": lambda: factories.course_staff("course-v1:OtherX+O1+2026"),
        "instructor": lambda: factories.course_staff(RUN),
        "support": factories.support,
        "staff": lambda: factories.LearnerFactory(is_staff=True),
        "admin": factories.admin_user,
    }
    return lambda person: client if person == "anonymous" else client_of(make[person]())


def address(name, rows):
    return reverse(name, kwargs={key: rows.get(value, value) for key, value in ADDRESSES[name][1].items()})


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", ADDRESSES)
def test_who_may_open_what(name, person, rows, browser):
    # The completions answer 400 without a field, default enrollments without a customer; nobody else reads these.
    response = browser(person).get(address(name, rows), {"field": "id", "enterprise_customer_uuid": CUSTOMER})
    assert response.status_code == ADDRESSES[name][0][PEOPLE.index(person)]
    if person == "anonymous" and response.status_code == SIGN_IN:
        assert response.url.startswith("/login/?next=")


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", POSTS)
def test_who_may_change_what(name, person, rows, browser):
    expected, data = POSTS[name]
    response = browser(person).post(address(name, rows), {**data, "seen_audit_id": rows["audit"]})
    assert response.status_code == expected[PEOPLE.index(person)]


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - set(POSTS) - {"console:login", "console:logout"}))
def test_pages_for_reading_take_no_post(name, rows, browser):
    assert browser("admin").post(address(name, rows)).status_code == 405


def names(patterns, namespace=""):
    """Yield the name of every address; the admin's own are tested with the admin."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.namespace != "admin":
                inner = ":".join(filter(None, [namespace, pattern.namespace]))
                yield from names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}:{pattern.name}"


def test_every_address_is_listed():
    assert set(names(get_resolver().url_patterns)) == set(ADDRESSES)


def test_the_admin_is_ours_and_for_admins(browser):
    codes = [browser(person).get("/admin/").status_code for person in PEOPLE]
    assert codes == list(ADMINS)


def test_every_page_has_the_strict_policy(rows, browser):
    for name in ADDRESSES:
        policy = browser("admin").get(address(name, rows)).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_no_template_leaks_its_comments(rows, browser):
    """Django's `{# #}` ends at the line's end; a longer one would be shown."""
    for name in ADDRESSES:
        response = browser("admin").get(address(name, rows))
        assert "{#" not in (b"".join(response) if response.streaming else response.content).decode(), name
