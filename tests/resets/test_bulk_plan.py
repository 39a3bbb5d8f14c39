"""Who each line of a list means, and whether that learner can be reset."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from console.models import CourseAccessRole
from resets import owners
from resets.actions import ResetRefusedError
from resets.bulk.models import BulkItem, BulkReset
from resets.bulk.parse import Line
from resets.bulk.plan import CHUNK, make_draft
from resets.models import CourseResetAudit
from resets.owners import Owner, Policy
from resets.owners.probe import Probe
from tests import factories

pytestmark = pytest.mark.django_db
Verdict, State = BulkItem.Verdict, BulkItem.State


@pytest.fixture
def course():
    course = factories.CourseOverviewFactory()
    factories.OptInFactory(course=course)
    return course


def enrolled(course, username, **enrollment):
    user = factories.LearnerFactory(username=username)
    return factories.EnrollmentFactory(course=course, user=user, **enrollment)


def draft(course, agent, *typed, memo="Wrong run", choices=()):
    lines = [Line(number, text) for number, text in enumerate(typed, 1)]
    return make_draft(lines=lines, course_key=course.id, memo=memo, actor=agent, choices=choices)


def verdicts(bulk):
    return list(bulk.items.order_by("line").values_list("typed", "verdict", "reason"))


def test_every_verdict(course, agent):
    amina = enrolled(course, "amina")
    enrolled(course, "left", is_active=False)
    factories.CourseGradeFactory(enrollment=enrolled(course, "passing"), letter_grade="A")
    factories.AuditFactory(course_enrollment=enrolled(course, "complete"), status="complete")
    factories.LearnerFactory(username="elsewhere")
    bulk = draft(course, agent, "amina", "left", "passing", "complete", "elsewhere", "ghost", "AMINA@example.com")
    assert verdicts(bulk) == [
        ("amina", Verdict.WILL_RESET, ""),
        ("left", Verdict.CANNOT, "The learner is not actively enrolled in this course run."),
        ("passing", Verdict.CANNOT, "The learner has a passing grade in this course run."),
        ("complete", Verdict.CANNOT, "This learner’s resets in this course run are used up."),
        ("elsewhere", Verdict.CANNOT, "The learner was never enrolled in this course run."),
        ("ghost", Verdict.UNKNOWN, "No account has this username or e-mail address."),
        ("AMINA@example.com", Verdict.DUPLICATE, "The same learner as in line 1."),
    ]
    assert (bulk.will_reset, bulk.cannot, bulk.unknown, bulk.duplicate) == (1, 4, 1, 1)
    item = bulk.items.get(verdict=Verdict.WILL_RESET)
    assert (item.enrollment, item.state) == (amina, State.PENDING)
    assert set(bulk.items.exclude(pk=item.pk).values_list("state", flat=True)) == {State.SKIPPED}
    assert bulk.state == BulkReset.State.DRAFT
    assert "7 lines checked" in LogEntry.objects.get().change_message
    assert CourseResetAudit.objects.count() == 1, "nothing is reset by looking"


def test_a_learner_with_an_issued_certificate_is_left_to_the_dialog(course, agent):
    factories.CertificateFactory(enrollment=enrolled(course, "certified"), status="downloadable")
    factories.CertificateFactory(enrollment=enrolled(course, "not-passing"), status="notpassing")
    assert verdicts(draft(course, agent, "certified", "not-passing")) == [
        (
            "certified",
            Verdict.CANNOT,
            "Certificate issued. Reset this learner alone, where that can be confirmed.",
        ),
        ("not-passing", Verdict.WILL_RESET, ""),
    ]


def test_a_certificate_that_becomes_unavailable_is_not_in_the_way(course, agent):
    factories.CertificateFactory(enrollment=enrolled(course, "certified"), status="downloadable")
    bulk = draft(course, agent, "certified", choices=["certificate_unavailable"])
    assert verdicts(bulk) == [("certified", Verdict.WILL_RESET, "")]


def test_a_learner_whose_reset_failed_will_be_reset(course, agent):
    audit = factories.AuditFactory(course_enrollment=enrolled(course, "amina"), status="failed")
    item = draft(course, agent, "amina").items.get()
    assert (item.verdict, item.seen_audit_id) == (Verdict.WILL_RESET, audit.pk)


def test_a_username_is_exact_and_an_address_is_not(course, agent):
    enrolled(course, "amina")
    bulk = draft(course, agent, "Amina", "aMiNa@Example.com")
    assert [row[1] for row in verdicts(bulk)] == [Verdict.UNKNOWN, Verdict.WILL_RESET]


def test_a_username_wins_over_an_address(course, agent):
    enrolled(course, "amina")
    named_so = enrolled(course, "amina@example.com")
    item = draft(course, agent, "amina@example.com").items.get()
    assert item.enrollment == named_so


def test_an_address_of_two_accounts_is_said_and_not_guessed(course, agent):
    enrolled(course, "amina")
    other = enrolled(course, "other").user
    other.email = "Amina@example.com"
    if connection.vendor != "postgresql":
        # There the index itself keeps addresses unique without regard to letter case.
        with pytest.raises(IntegrityError), transaction.atomic():
            other.save()
        return
    other.save()
    assert verdicts(draft(course, agent, "amina@example.com")) == [
        ("amina@example.com", Verdict.UNKNOWN, "2 accounts have this e-mail address. Give the username."),
    ]


def test_the_same_unknown_text_twice_is_a_duplicate(course, agent):
    assert [row[1] for row in verdicts(draft(course, agent, "ghost", "Ghost"))] == [Verdict.UNKNOWN, Verdict.DUPLICATE]


def test_duplicates_are_found_across_chunks(course, agent):
    enrolled(course, "amina")
    bulk = draft(course, agent, "amina", *[f"ghost{n}" for n in range(CHUNK)], "amina")
    assert (bulk.will_reset, bulk.unknown, bulk.duplicate) == (1, CHUNK, 1)


def test_another_run_of_the_same_course_does_not_count(course, agent):
    enrolled(factories.CourseOverviewFactory(), "amina")
    assert verdicts(draft(course, agent, "amina"))[0][1] == Verdict.CANNOT


@pytest.mark.parametrize("active", [None, False])
def test_a_run_that_is_not_opted_in_is_refused(agent, active):
    course = factories.CourseOverviewFactory()
    if active is not None:
        factories.OptInFactory(course=course, active=active)
    with pytest.raises(ResetRefusedError, match="not opted in"):
        draft(course, agent, "amina")
    assert not BulkReset.objects.exists()


@pytest.mark.parametrize("memo", ["", "  \x00", "x" * 256])
def test_a_memo_is_needed(course, agent, memo):
    with pytest.raises(ResetRefusedError, match="memo"):
        draft(course, agent, "amina", memo=memo)


def test_instructors_may_not(course):
    with pytest.raises(PermissionDenied):
        draft(course, factories.course_staff(course.id), "amina")


def test_ten_thousand_lines_are_looked_up_by_sets(course, agent):
    learners = [enrolled(course, f"real{n}") for n in range(10)]

    def selects(chunks):
        typed = [f"{n if n % CHUNK else f'real{n // CHUNK}'}@example.com" for n in range(chunks * CHUNK)]
        with CaptureQueriesContext(connection) as captured:
            assert draft(course, agent, *typed).will_reset == chunks
        return sum(query["sql"].startswith("SELECT") for query in captured)

    draft(course, agent, "warm the caches up")
    assert selects(len(learners)) - selects(1) == 9 * 4


def test_ten_thousand_lines_are_stored_in_few_statements(course, agent):
    with CaptureQueriesContext(connection) as captured:
        draft(course, agent, *[f"ghost{n}" for n in range(10 * CHUNK)])
    inserts = sum("lectern_resets_bulkitem" in query["sql"] for query in captured)
    # A statement of SQLite takes 999 values at the most.
    assert inserts <= (150 if connection.vendor == "sqlite" else 10)


def test_every_refusal_of_the_dialog_is_said_and_by_as_many_queries_for_many(course, agent, monkeypatch):
    """As for the certificate, so for what another app contributes."""
    stopping = Owner(
        "stopping",
        "Roles held",
        Policy.WARN,
        (Probe("student_courseaccessrole"),),
        refuses=True,
        consent="All the same",
    )
    monkeypatch.setattr(owners, "OWNERS", [*owners.OWNERS, stopping])
    counts = []
    for number in (2, 3, 12):  # The first finds what is then kept, such as the tables there are.
        for place in range(number):
            enrollment = enrolled(course, f"tester{number}-{place}")
            CourseAccessRole.objects.create(user=enrollment.user, org="X", course_id=course.id, role="beta_testers")
            if place == 0:
                factories.CertificateFactory(enrollment=enrollment, status="downloadable")
        with CaptureQueriesContext(connection) as queries:
            bulk = draft(course, agent, *[f"tester{number}-{place}" for place in range(number)], f"ghost{number}")
        counts.append(len(queries))
        reasons = [reason for _, _, reason in verdicts(bulk)]
        assert reasons[0].startswith("Certificate issued; Roles held. Reset this learner alone")
        assert all(reason.startswith("Roles held. Reset this learner alone") for reason in reasons[1:number])
    assert counts[1] == counts[2]
