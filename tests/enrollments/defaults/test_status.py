"""The status of a learner under an intention, and the original's bucket, by the evidence alone."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.realizing.decide import decide
from enrollments.defaults.realizing.models import RealizeItem
from enrollments.defaults.status import (
    Bucket,
    EndedBy,
    Enrollment,
    Evidence,
    Link,
    Record,
    Status,
    bucket_of,
    status_of,
)
from enrollments.defaults.words import SENTENCES, badge, evidence_of

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN, OTHER_RUN = (CourseKey.from_string(f"course-v1:MineX+M1+{run}") for run in ("2026", "2025"))
Verdict = RealizeItem.Verdict

# A learner for whom everything is ready, and nothing exists yet.
READY = Evidence(
    is_removed=False,
    link=Link(linked=True, is_relinkable=True),
    is_pending=False,
    run_key=RUN,
    is_enrollable=True,
    in_catalog=True,
    has_license=True,
    best_mode="verified",
    best_live_mode="verified",
)


def enrolled(mode="verified", *, active=True, **more):
    return Enrollment(1, mode, active, MOMENT, **more)


def recorded(*, unenrolled=None, revoked=False):
    return Record(1, unenrolled, MOMENT if unenrolled else None, revoked)


REVOKED = recorded(unenrolled=True, revoked=True)
LEFT_BEHIND = {"enrollment": enrolled(active=False), "record": REVOKED}


def ended_by(who, **more):
    return {"enrollment": enrolled(active=False, was_active=True, ended_by=who), "record": REVOKED, **more}


CASES = [
    ({"is_removed": True, "realized_at": MOMENT}, Status.REMOVED, Bucket.NOT_LISTED),
    ({"link": None, "is_pending": True}, Status.PENDING_LINK, Bucket.REFUSED),
    ({"link": None}, Status.NOT_LINKED, Bucket.REFUSED),
    ({"link": Link(linked=False, is_relinkable=True)}, Status.UNLINKED, Bucket.REFUSED),
    ({"link": Link(linked=False, is_relinkable=False)}, Status.UNLINKED_BLOCKED, Bucket.REFUSED),
    ({"enrollment": enrolled(), "record": REVOKED}, Status.STALE_LICENSE, Bucket.ALREADY_ENROLLED),
    (
        {"enrollment": enrolled(), "record": recorded(), "realized_at": MOMENT},
        Status.REALIZED,
        Bucket.ALREADY_ENROLLED,
    ),
    ({"enrollment": enrolled(), "record": recorded()}, Status.ENROLLED, Bucket.ALREADY_ENROLLED),
    ({"enrollment": enrolled()}, Status.ENROLLED_OUTSIDE, Bucket.ENROLLABLE),
    ({"enrollment": enrolled("audit")}, Status.ENROLLED_OUTSIDE, Bucket.ENROLLABLE),
    ({"enrollment": enrolled("audit"), "record": REVOKED}, Status.DOWNGRADED, Bucket.ENROLLABLE),
    ({"enrollment": enrolled("audit"), "record": recorded()}, Status.AUDIT_UPGRADE, Bucket.ENROLLABLE),
    (
        {"enrollment": enrolled("audit"), "record": recorded(), "is_enrollable": False},
        Status.AUDIT_BLOCKED,
        Bucket.NOT_ENROLLABLE,
    ),
    (
        {"enrollment": enrolled("audit"), "record": recorded(), "in_catalog": False},
        Status.AUDIT_BLOCKED,
        Bucket.NOT_ENROLLABLE,
    ),
    (
        {"enrollment": enrolled("honor"), "record": recorded(), "best_mode": "audit", "best_live_mode": "audit"},
        Status.AUDIT_ONLY,
        Bucket.ALREADY_ENROLLED,
    ),
    (ended_by(EndedBy.LEARNER), Status.LEFT, Bucket.NOT_ENROLLABLE),
    (ended_by(EndedBy.STAFF), Status.REMOVED_BY_STAFF, Bucket.NOT_ENROLLABLE),
    (ended_by(EndedBy.SYSTEM, has_live_audit=False), Status.REVOKED, Bucket.NOT_ENROLLABLE),
    (ended_by(EndedBy.SYSTEM), Status.LEFT_OR_REVOKED, Bucket.NOT_ENROLLABLE),
    (LEFT_BEHIND, Status.LEFT_OR_REVOKED, Bucket.NOT_ENROLLABLE),
    ({"enrollment": enrolled(active=False), "record": recorded()}, Status.INACTIVE, Bucket.ENROLLABLE),
    ({"enrollment": enrolled(active=False)}, Status.INACTIVE, Bucket.ENROLLABLE),
    ({"enrollment": enrolled(active=False, was_active=False)}, Status.READY, Bucket.ENROLLABLE),
    ({"record": recorded()}, Status.RECORD_ONLY, Bucket.ENROLLABLE),
    ({"record": recorded(unenrolled=True)}, Status.RECORD_ONLY, Bucket.NOT_ENROLLABLE),
    ({"other_run": OTHER_RUN, "other_realized_at": MOMENT}, Status.OTHER_RUN, Bucket.ENROLLABLE),
    ({"deleted_at": MOMENT}, Status.RECORD_DELETED, Bucket.ENROLLABLE),
    ({"run_key": None, "is_enrollable": False}, Status.UNRESOLVED, Bucket.NOT_ENROLLABLE),
    ({}, Status.READY, Bucket.ENROLLABLE),
    ({"has_license": False}, Status.NO_LICENSE, Bucket.ENROLLABLE),
    ({"in_catalog": False}, Status.NOT_IN_CATALOG, Bucket.NOT_ENROLLABLE),
    ({"is_enrollable": False}, Status.RUN_CLOSED, Bucket.NOT_ENROLLABLE),
    ({"is_enrollable": None}, Status.UNCONFIRMED, Bucket.UNKNOWN),
    ({"in_catalog": None}, Status.UNCONFIRMED, Bucket.UNKNOWN),
    ({"has_license": None}, Status.UNCONFIRMED, Bucket.ENROLLABLE),
]


@pytest.mark.parametrize(("facts", "status", "bucket"), CASES)
def test_the_status_and_the_originals_bucket(facts, status, bucket):
    evidence = replace(READY, **facts)
    assert (status_of(evidence), bucket_of(evidence)) == (status, bucket)


def test_every_status_is_tried_and_has_words():
    assert {status for _, status, _ in CASES} == set(Status)
    assert set(SENTENCES) == set(Status)
    assert all(str(status.label) in badge(status) for status in Status)


def test_an_audit_seat_that_was_left_is_where_the_original_enrolls_again():
    seat = Enrollment(1, "audit", is_active=False, created=MOMENT, was_active=True, ended_by=EndedBy.LEARNER)
    evidence = replace(READY, enrollment=seat, record=recorded(unenrolled=True, revoked=True))
    assert bucket_of(evidence) == Bucket.ENROLLABLE
    assert status_of(evidence) == Status.LEFT
    assert decide(evidence)[0] == Verdict.CANNOT


def test_a_realization_in_a_run_that_was_advertised_before_is_not_given_twice():
    evidence = replace(READY, other_run=OTHER_RUN, other_realized_at=MOMENT)
    assert bucket_of(evidence) == Bucket.ENROLLABLE
    assert decide(evidence)[0] == Verdict.CANNOT


def test_an_original_without_a_known_run_sees_no_record():
    evidence = replace(READY, run_key=None, is_enrollable=False, enrollment=enrolled(), record=recorded())
    assert status_of(evidence) == Status.ENROLLED
    assert bucket_of(evidence) == Bucket.NOT_ENROLLABLE


VERDICTS = [
    ({}, Verdict.ENROLL),
    ({"in_catalog": None, "is_enrollable": None}, Verdict.ENROLL),
    ({"has_license": None}, Verdict.CANNOT),
    ({"has_license": False}, Verdict.CANNOT),
    ({"best_live_mode": None}, Verdict.CANNOT),
    ({"enrollment": enrolled(active=False, was_active=False)}, Verdict.ENROLL),
    ({"enrollment": enrolled(active=False)}, Verdict.CANNOT),
    ({"record": recorded()}, Verdict.ENROLL),
    ({"record": recorded(unenrolled=True)}, Verdict.CANNOT),
    ({"record": recorded(revoked=True)}, Verdict.CANNOT),
    ({"enrollment": enrolled("audit"), "record": recorded()}, Verdict.UPGRADE),
    ({"enrollment": enrolled("audit"), "record": recorded(), "has_license": False}, Verdict.CANNOT),
    ({"enrollment": enrolled("audit"), "record": recorded(), "best_live_mode": "audit"}, Verdict.CANNOT),
    ({"enrollment": enrolled(), "record": recorded()}, Verdict.RECORD),
    ({"enrollment": enrolled(), "record": recorded(), "realized_at": MOMENT}, Verdict.CANNOT),
    ({"enrollment": enrolled()}, Verdict.RECORD),
    (LEFT_BEHIND, Verdict.CANNOT),
]


@pytest.mark.parametrize(("facts", "verdict"), VERDICTS)
def test_what_realizing_would_do(facts, verdict):
    found, reason = decide(replace(READY, **facts))
    assert found == verdict
    assert bool(reason) == (verdict == Verdict.CANNOT)


def test_whoever_was_enrolled_once_is_never_enrolled_again():
    """Whatever else is true, an inactive enrollment that was active, or may have been, stays inactive."""
    flags = [True, False, None]
    for was_active, who, unenrolled, revoked, catalog, mode in product(
        [True, None], EndedBy, flags, flags, flags, ["audit", "verified"]
    ):
        seat = Enrollment(1, mode, is_active=False, created=None, was_active=was_active, ended_by=who)
        evidence = replace(READY, enrollment=seat, record=Record(1, unenrolled, None, revoked), in_catalog=catalog)
        assert decide(evidence)[0] == Verdict.CANNOT
        assert decide(replace(evidence, record=None))[0] == Verdict.CANNOT


def test_the_evidence_names_what_it_rests_on():
    evidence = replace(READY, **ended_by(EndedBy.STAFF), realized_at=MOMENT)
    facts = dict(evidence_of(evidence))
    assert facts["Realized"] == MOMENT
    assert (facts["Mode"], facts["Active"], facts["Ended by"]) == ("verified", False, "staff")
    assert (facts["Marked as unenrolled"], facts["License revoked"]) == (MOMENT, True)
