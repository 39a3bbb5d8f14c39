"""The pages of default enrollments: lists, forms, details, facts."""

import csv
import io
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.models import (
    CourseEnrollmentHistory,
    DefaultIntention,
    DefaultRealization,
    HistoricalIntention,
    RunFact,
)
from enrollments.defaults.querysets import RealizationState
from enrollments.defaults.tables import countable
from tests import factories
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
RUN = CourseKey.from_string("course-v1:A+B+1")
INTENTIONS, REALIZATIONS = "/enrollments/intentions/", "/enrollments/realizations/"


@pytest.fixture
def browser(client_of):
    return client_of(factories.admin_user(username="ada"))


def queries_of(browser, url):
    assert browser.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def realized(  # noqa: PLR0913 (by keyword only: one for each table of the story)
    *, mode="verified", is_active=True, revoked=None, record=None, intention=None, run=RUN, **link
):
    """Make a realization with its enrollment; `mode=None` is one without an enrollment."""
    intention = intention or factories.IntentionFactory(content_key=str(RUN))
    customer_user = factories.CustomerUserFactory(enterprise_customer=intention.enterprise_customer, **link)
    enrollment = factories.EnterpriseEnrollmentFactory(
        enterprise_customer_user=customer_user, course_id=run, **(record or {})
    )
    if revoked is not None:
        factories.LicensedEnrollmentFactory(enterprise_course_enrollment=enrollment, is_revoked=revoked)
    if mode is not None:
        factories.EnrollmentFactory(user_id=customer_user.user_id, course_id=run, mode=mode, is_active=is_active)
    return factories.RealizationFactory(intended_enrollment=intention, realized_enrollment=enrollment)


def shown(browser, url):
    return [row.record.pk for row in browser.get(url).context["table"].page.object_list]


def lines_of(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


# --- Intentions ------------------------------------------------------------------------------


def test_the_list_says_where_an_intention_leads_and_what_became_of_its_learners(browser):
    factories.CourseOverviewFactory(id=RUN, display_name="Beta")
    intention = factories.IntentionFactory(content_key="A+B", content_type="course")
    realized(intention=intention)
    realized(intention=intention, is_active=False)
    text = browser.get(INTENTIONS).text
    for words in ("Beta", "Enrollable", "Estimated from the course overview", "2 realized", "1 active", "1 left"):
        assert words in text, words


def test_a_course_of_which_nothing_is_known_is_not_called_closed(browser):
    factories.IntentionFactory(content_key="A+B")
    text = browser.get(INTENTIONS).text
    assert ("Unknown" in text, "Not enrollable" in text) == (True, False)
    header, line = lines_of(browser.get(INTENTIONS, {"_export": "csv"}))
    assert line[header.index("Enrollable")] == "unknown"


def test_the_list_takes_as_many_queries_for_many_as_for_one(browser):
    realized()
    one = queries_of(browser, INTENTIONS)
    for number in range(5):
        run = CourseKey.from_string(f"course-v1:Many+C{number}+1")
        realized(intention=factories.IntentionFactory(content_key=str(run)), run=run)
    assert queries_of(browser, INTENTIONS) == one


def test_too_many_realizations_are_not_counted_by_state(browser, monkeypatch):
    intention = factories.IntentionFactory(content_key=str(RUN))
    other = factories.IntentionFactory(content_key="course-v1:Few+F1+1")
    for _ in range(3):
        realized(intention=intention)
    realized(intention=other, run=CourseKey.from_string(other.content_key), is_active=False)
    for module in ("enrollments.defaults.tables", "enrollments.defaults.intention_views"):
        monkeypatch.setattr(f"{module}.COUNT_CAP", 2)
    text = browser.get(INTENTIONS).text
    assert ("3 realized" in text, "3 active" in text, "1 left" in text) == (True, False, True)
    text = browser.get(f"{INTENTIONS}{intention.pk}/").text
    assert "More than 2: too many to count by state" in text
    assert f"?state=active&amp;ql=intention+%3D+%22{intention.pk}%22" in text


def test_counting_by_state_stops_where_the_page_has_counted_enough(monkeypatch):
    monkeypatch.setattr("enrollments.defaults.tables.COUNT_CAP", 10)
    assert countable({"a": 6, "b": 11, "c": 1, "d": 4}) == ["c", "d"]


@pytest.mark.parametrize(
    "query",
    ["removed=yes", "key=A%2BB", "kind=course", "customer=globex", 'ql=kind = "course"', 'ql=customer = "Globex"'],
)
def test_filters_and_queries_narrow_the_list(browser, query):
    globex = factories.CustomerFactory(slug="globex", name="Globex")
    wanted = factories.IntentionFactory(
        content_key="A+B", content_type="course", is_removed=True, enterprise_customer=globex
    )
    factories.IntentionFactory()
    assert shown(browser, f"{INTENTIONS}?{query}") == [wanted.pk]


def test_an_old_row_without_a_content_type_has_a_kind_by_its_key(browser):
    run = factories.IntentionFactory(content_key=str(RUN), content_type=None)
    course = factories.IntentionFactory(content_key="A+C", content_type=None)
    assert shown(browser, f"{INTENTIONS}?kind=course_run") == [run.pk]
    assert shown(browser, f"{INTENTIONS}?kind=course") == [course.pk]


@pytest.mark.parametrize("text", ["{}", "{.hex}", "{!s:.35}"])
def test_a_uuid_is_asked_for_with_and_without_dashes(browser, text):
    intention = factories.IntentionFactory()
    factories.IntentionFactory()
    response = browser.get(f'{INTENTIONS}?ql=uuid = "{text.format(intention.pk) if "." not in text else ""}"')
    assert response.status_code == 200
    assert shown(browser, f'{INTENTIONS}?ql=uuid = "{intention.pk.hex}"') == [intention.pk]
    assert "no UUID" in browser.get(f'{INTENTIONS}?ql=uuid = "x"').text


def test_the_export_has_each_fact_by_itself(browser):
    factories.CourseOverviewFactory(id=RUN)
    intention = factories.IntentionFactory(content_key=str(RUN))
    realized(intention=intention)
    header, line = lines_of(browser.get(f"{INTENTIONS}?_export=csv"))
    row = dict(zip(header, line, strict=True))
    assert row["UUID"] == str(intention.pk)
    assert (row["Course run"], row["Enrollable"], row["Source"], row["Realized"]) == (str(RUN), "yes", "Estimated", "1")


def test_an_intention_is_added_changed_removed_and_restored(browser):
    customer = factories.CustomerFactory(slug="acme", name="Acme")
    response = browser.post(f"{INTENTIONS}new/", {"customer": "ACME", "content_key": "A+B"})
    intention = DefaultIntention.objects.get()
    assert (response.status_code, response.url) == (302, f"{INTENTIONS}{intention.pk}/")
    assert intention.enterprise_customer == customer

    form = browser.get(f"{INTENTIONS}{intention.pk}/edit/").context["form"]
    data = {"content_key": str(RUN), "reason": "One run", "seen": form["seen"].value()}
    assert browser.post(f"{INTENTIONS}{intention.pk}/edit/", data).status_code == 302
    assert browser.post(f"{INTENTIONS}{intention.pk}/remove/", {"reason": "Gone"}).status_code == 302
    assert "It is removed" in browser.get(f"{INTENTIONS}{intention.pk}/").text
    assert browser.post(f"{INTENTIONS}{intention.pk}/restore/", {}).status_code == 302

    text = browser.get(f"{INTENTIONS}{intention.pk}/").text
    for words in ("Intended as A+B", f"from A+B to {RUN}", "One run", "Removed", "Gone", "Restored", "ada"):
        assert words in text, words
    kinds = HistoricalIntention.objects.order_by("history_id").values_list("history_type", flat=True)
    assert list(kinds) == ["+", "~", "~", "~"]


@pytest.mark.parametrize("given", ["slug", "name", "uuid"])
def test_a_customer_is_named_by_slug_name_or_uuid(browser, given):
    customer = factories.CustomerFactory()
    value = str(getattr(customer, given))
    assert browser.post(f"{INTENTIONS}new/", {"customer": value, "content_key": "A+B"}).status_code == 302


def test_a_name_that_two_customers_have_is_said_so(browser):
    factories.CustomerFactory.create_batch(2, name="Acme")
    response = browser.post(f"{INTENTIONS}new/", {"customer": "acme", "content_key": "A+B"})
    assert response.status_code == 422
    assert "Several customers" in response.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose the customer."),
        ({"customer": "nobody", "content_key": "A+B"}, "There is no customer “nobody”."),
        ({"customer": "acme", "content_key": "<script>"}, "This is neither the key of a course"),
        ({"customer": "acme", "content_key": "x" * 300}, "at most 255 characters"),
        ({"customer": "acme\x00", "content_key": "A+B"}, "Null characters are not allowed"),
    ],
)
def test_mistakes_in_the_form_are_said_beside_the_field(browser, data, words):
    factories.CustomerFactory(slug="acme")
    response = browser.post(f"{INTENTIONS}new/", data)
    assert response.status_code in {409, 422}
    assert words in response.text
    assert "<script>x" not in response.text
    assert not DefaultIntention.objects.exists()


def test_a_duplicate_of_a_removed_one_offers_to_restore_it(browser):
    removed = factories.IntentionFactory(content_key="A+B", is_removed=True)
    data = {"customer": removed.enterprise_customer.slug, "content_key": "a+b"}
    response = browser.post(f"{INTENTIONS}new/", data)
    assert response.status_code == 409
    assert f'<a href="{INTENTIONS}{removed.pk}/">Restore it</a>' in response.text


def test_who_was_too_late_sees_why_and_nothing_is_changed(browser):
    intention = factories.IntentionFactory(content_key="A+B", modified=days_ago(2))
    seen = browser.get(f"{INTENTIONS}{intention.pk}/edit/").context["form"]["seen"].value()
    DefaultIntention.objects.filter(pk=intention.pk).update(content_key="A+C", modified=days_ago(1))
    response = browser.post(f"{INTENTIONS}{intention.pk}/edit/", {"content_key": "A+D", "seen": seen})
    assert response.status_code == 409
    assert "meanwhile" in response.text


def test_the_page_of_an_intention_warns(browser):
    intention = factories.IntentionFactory(content_key="A+B")
    factories.IntentionFactory(content_key=str(RUN), enterprise_customer=intention.enterprise_customer)
    text = browser.get(f"{INTENTIONS}{intention.pk}/").text
    assert "It leads to no course run" in text
    assert "a second time" in text


@pytest.mark.parametrize("page", ["", "edit/", "remove/", "restore/"])
def test_an_intention_that_is_not_there_is_404(browser, page):
    assert browser.get(f"{INTENTIONS}6ae013d4-c5c4-474d-8da9-0e559b2448e2/{page}").status_code == 404


# --- Realizations ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "state"),
    [
        ({}, RealizationState.ACTIVE),
        ({"mode": "audit"}, RealizationState.ACTIVE),
        ({"mode": "verified", "revoked": True}, RealizationState.ACTIVE),
        ({"mode": "audit", "revoked": True, "record": {"unenrolled": True}}, RealizationState.DOWNGRADED),
        ({"mode": "honor", "revoked": True}, RealizationState.DOWNGRADED),
        ({"is_active": False}, RealizationState.LEFT),
        ({"mode": None}, RealizationState.MISSING),
    ],
)
def test_the_state_is_what_the_platforms_enrollment_says(browser, made, state):
    """Not the customer's record: revoking a license sets `unenrolled` there, although the learner goes on."""
    realization = realized(**made)
    assert DefaultRealization.objects.with_enrollment().with_state().get().state == state
    assert shown(browser, f"{REALIZATIONS}?state={state}") == [realization.pk]
    assert shown(browser, f'{REALIZATIONS}?ql=state = "{state}"') == [realization.pk]
    assert state.label in browser.get(REALIZATIONS).text


@pytest.mark.parametrize("state", RealizationState)
def test_each_state_is_asked_for_by_word_by_part_of_it_and_by_what_it_is_not(browser, state):
    pks = {
        RealizationState.ACTIVE: realized().pk,
        RealizationState.DOWNGRADED: realized(mode="audit", revoked=True).pk,
        RealizationState.LEFT: realized(is_active=False).pk,
        RealizationState.MISSING: realized(mode=None).pk,
    }
    others = sorted(set(pks.values()) - {pks[state]}, reverse=True)
    for condition, expected in (
        (f'state = "{state}"', [pks[state]]),
        (f'state != "{state}"', others),
        (f'state in ("{state}", "no state")', [pks[state]]),
        (f'state not in ("{state}")', others),
        (f'state ~ "{state.upper()[1:-1]}"', [pks[state]]),
        (f'state !~ "{state[1:-1]}"', others),
        (f'state startswith "{state[:3]}"', [pks[state]]),
        (f'state not endswith "{state[-4:]}"', others),
        (f'state >= "{state}" and state <= "{state}"', [pks[state]]),
        ('state = "no state"', []),
    ):
        assert shown(browser, f"{REALIZATIONS}?ql={quote(condition)}") == expected, condition


def test_what_the_platforms_enrollment_says_can_be_asked_for(browser):
    active, left, missing = realized(mode="verified"), realized(mode="audit", is_active=False), realized(mode=None)
    for condition, expected in (
        ('mode = "verified"', [active]),
        ('mode != "verified"', [left]),
        ('mode ~ "UDI"', [left]),
        ('mode in ("audit", "verified")', [left, active]),
        ("mode = None", [missing]),
        ("mode != None", [left, active]),
        ("is_active = False", [left]),
        ("is_active != False", [active]),
        ("is_active = None", [missing]),
        ("is_revoked = True", []),
        ("is_revoked != True", [missing, left, active]),
        ("is_revoked in (True, False)", [missing, left, active]),
    ):
        assert shown(browser, f"{REALIZATIONS}?ql={quote(condition)}") == [row.pk for row in expected], condition


def test_the_newest_realization_comes_first_unless_somebody_sorts(browser):
    first, second = realized(), realized()
    assert shown(browser, f"{REALIZATIONS}?") == [second.pk, first.pk]
    assert shown(browser, f"{REALIZATIONS}?sort=no-such-column") == [second.pk, first.pk]
    assert shown(browser, f"{REALIZATIONS}?sort=realized") == [first.pk, second.pk]


def test_learner_credit_is_revoked_like_a_license():
    realization = realized(mode="audit")
    factories.LearnerCreditEnrollmentFactory(
        enterprise_course_enrollment=realization.realized_enrollment, is_revoked=True
    )
    assert DefaultRealization.objects.with_enrollment().with_state().get().state == RealizationState.DOWNGRADED


def test_unlinked_learners_are_not_hidden(browser):
    """The original's managers leave out whoever is unlinked, and all of their enrollments."""
    realization = realized(linked=False)
    response = browser.get(REALIZATIONS)
    assert [row.record.pk for row in response.context["table"].page.object_list] == [realization.pk]
    assert "Unlinked" in response.text
    assert "no longer linked" in browser.get(f"{REALIZATIONS}{realization.pk}/").text


def test_a_learner_without_an_account_stays_in_the_list(browser):
    realization = realized(mode=None)
    customer_user = realization.realized_enrollment.enterprise_customer_user
    customer_user.user_id = 999_999
    customer_user.save()
    assert "Account 999999 no longer exists" in browser.get(REALIZATIONS).text
    assert browser.get(f"{REALIZATIONS}{realization.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("key", "run", "differs"),
    [
        (str(RUN), str(RUN), False),
        ("course-v1:a+b+1", str(RUN), False),
        (str(RUN), "course-v1:A+B+2", True),
        ("A+B", str(RUN), False),
        ("a+b", str(RUN), False),
        ("A+B", "A/B/1", False),
        ("A+B", "course-v1:A+BB+1", True),
        ("A+B", "course-v1:A+C+1", True),
        ("A_+B", "course-v1:AX+B+1", True),
    ],
)
def test_a_run_that_the_intention_does_not_name_is_flagged(browser, key, run, differs):
    realization = realized(
        intention=factories.IntentionFactory(content_key=key), run=CourseKey.from_string(run), mode=None
    )
    assert shown(browser, f"{REALIZATIONS}?mismatch=yes") == [realization.pk] * differs
    assert shown(browser, f"{REALIZATIONS}?ql=is_other_content = False") == [realization.pk] * (not differs)
    assert ("Not what the intention names" in browser.get(REALIZATIONS).text) == differs


def test_another_run_than_the_advertised_one_is_named(browser):
    factories.RunFactFactory(run_key=CourseKey.from_string("course-v1:A+B+2"))
    realization = realized(intention=factories.IntentionFactory(content_key="A+B"))
    text = browser.get(REALIZATIONS).text
    assert "Other run than now" in text
    assert "leads to another run by now" in browser.get(f"{REALIZATIONS}{realization.pk}/").text


def test_realizations_take_as_many_queries_for_many_as_for_one(browser):
    realized(revoked=True)
    one = queries_of(browser, REALIZATIONS)
    for number in range(5):
        run = CourseKey.from_string(f"course-v1:Many+C{number}+1")
        realized(intention=factories.IntentionFactory(content_key=str(run)), run=run, revoked=False)
    assert queries_of(browser, REALIZATIONS) == one


@pytest.mark.parametrize(
    "condition",
    [
        'learner = "amina"',
        'email startswith "amina@"',
        'customer ~ "Glob"',
        'content_key = "course-v1:A+B+1" and learner = "amina"',
        'run = "course-v1:A+B+1" and mode = "honor"',
        'mode in ("honor", "masters")',
        "is_active = True and is_revoked = True",
        "is_linked = False",
        'realized < "-7d" and mode = "honor"',
        "unenrolled_at != None",
        "is_removed = True",
    ],
)
def test_each_fact_can_be_asked_for(browser, condition):
    globex = factories.CustomerFactory(name="Globex")
    intention = factories.IntentionFactory(content_key=str(RUN), enterprise_customer=globex, is_removed=True)
    wanted = realized(
        intention=intention,
        mode="honor",
        revoked=True,
        record={"unenrolled": True, "unenrolled_at": days_ago(1)},
        user=factories.LearnerFactory(username="amina"),
        linked=False,
    )
    realized()
    assert shown(browser, f"{REALIZATIONS}?ql={quote(condition)}") == [wanted.pk]


def test_a_query_for_an_intention_leads_from_its_page_to_its_realizations(browser):
    realization = realized()
    realized(intention=factories.IntentionFactory(content_key=str(RUN)))
    query = f'intention = "{realization.intended_enrollment_id}"'
    assert shown(browser, f"{REALIZATIONS}?ql={quote(query)}") == [realization.pk]


def test_the_export_of_realizations(browser):
    realization = realized(mode="audit", revoked=True)
    header, line = lines_of(browser.get(f"{REALIZATIONS}?_export=csv"))
    row = dict(zip(header, line, strict=True))
    assert row["Intention"] == realization.intended_enrollment.content_key
    assert (row["State"], row["Mode"], row["License revoked"], row["Enrolled"]) == ("downgraded", "audit", "yes", "yes")


def test_the_evidence_of_a_realization(browser):
    realization = realized(mode="verified", revoked=True, is_active=False, record={"unenrolled": True})
    user_id = realization.realized_enrollment.enterprise_customer_user.user_id
    steps = [("+", False, "audit"), ("~", True, "audit"), ("~", True, "verified"), ("~", True, "verified")]
    for age, (kind, is_active, mode) in enumerate([*steps, ("~", False, "verified")]):
        CourseEnrollmentHistory.objects.create(
            id=1,
            user_id=user_id,
            course_id=RUN,
            history_type=kind,
            is_active=is_active,
            mode=mode,
            history_date=days_ago(9 - age),
            history_user_id=user_id if age < 4 else None,
        )
    response = browser.get(f"{REALIZATIONS}{realization.pk}/")
    assert [step.words for step in response.context["steps"]] == [
        "Record made, not enrolled yet (audit)",
        "Enrolled in audit",
        "Enrolled in verified",
        "Not enrolled (verified)",
    ]
    assert "by a machine" in response.text
    assert "Revoked" in response.text


def test_other_runs_of_the_same_intention_are_named(browser):
    first = realized(intention=factories.IntentionFactory(content_key="A+B"))
    customer_user = first.realized_enrollment.enterprise_customer_user
    record = factories.EnterpriseEnrollmentFactory(
        enterprise_customer_user=customer_user, course_id=CourseKey.from_string("course-v1:A+B+2")
    )
    second = factories.RealizationFactory(intended_enrollment=first.intended_enrollment, realized_enrollment=record)
    assert f"#{second.pk}" in browser.get(f"{REALIZATIONS}{first.pk}/").text


def test_a_realization_that_is_not_there_is_404(browser):
    assert browser.get(f"{REALIZATIONS}1/").status_code == 404
    assert browser.get(f"{REALIZATIONS}{'9' * 30}/").status_code == 404


@pytest.mark.parametrize("make", [factories.support, lambda: factories.course_staff(RUN)])
def test_no_row_without_permission(make):
    realized()
    person = make()
    assert not DefaultIntention.objects.visible_to(person).exists()
    assert not DefaultRealization.objects.visible_to(person).exists()


# --- Facts -----------------------------------------------------------------------------------


def upload(browser, text, kind="runs"):
    file = SimpleUploadedFile("facts.csv", text.encode())
    return browser.post(reverse("enrollments:facts"), {"kind": kind, "upload": file})


def test_an_upload_is_imported_and_its_age_is_shown(browser):
    assert upload(browser, "run_key,is_advertised,is_enrollable\ncourse-v1:A+B+1,1,1\n").status_code == 302
    assert RunFact.objects.count() == 1
    text = browser.get(reverse("enrollments:facts")).text
    assert "Imported: course runs (1)." in text
    assert "just now" in text


def test_an_upload_with_mistakes_says_which(browser):
    response = upload(browser, "run_key,is_advertised,is_enrollable\n<b>,1,1\n")
    assert response.status_code == 422
    assert "Row 2, run_key" in response.text
    assert "<b>" not in response.text.replace("<body", "")
    assert not RunFact.objects.exists()


@pytest.mark.parametrize("data", [{}, {"kind": "nonsense"}])
def test_a_form_without_a_file_is_refused(browser, data):
    assert browser.post(reverse("enrollments:facts"), data).status_code == 422


def test_a_fact_entered_by_hand_says_so(browser):
    address = reverse("admin:lectern_enrollments_runfact_add")
    data = {"run_key": "course-v1:A+B+1", "is_advertised": "on", "title": "Beta"}
    assert browser.post(address, data).status_code == 302
    fact = RunFact.objects.get()
    assert (fact.origin, fact.course_key, fact.is_advertised, fact.is_enrollable) == ("entered", "a+b", True, False)
    assert browser.post(address, {"run_key": "library-v1:A+B"}).status_code == 200
