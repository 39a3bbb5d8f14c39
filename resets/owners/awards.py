"""What left the platform, or may: certificates, credit, customers' and other systems."""

import re
from dataclasses import dataclass
from functools import partial

from resets.owners import schema, simple_history
from resets.owners.base import Owner, Policy
from resets.owners.probe import BY_USERNAME, Probe

CERTIFICATES = "certificates_generatedcertificate"
CERTIFICATE_HISTORY = "certificates_historicalgeneratedcertificate"
ISSUED, UNAVAILABLE = "downloadable", "unavailable"
CREDIT_COURSE = "credit_creditcourse"
CUSTOMER_ENROLLMENTS = "enterprise_enterprisecourseenrollment"
CUSTOMER_USERS = "enterprise_enterprisecustomeruser"
# One table per channel, some with names cut off by MySQL; new channels follow the same pattern.
CHANNEL = re.compile(r"learner\w*datatransmission\w*$")


@dataclass(frozen=True)
class Channels(Owner):
    """Everything that was sent to customers' learning systems: whichever tables there are."""

    def all_probes(self):
        return tuple(_channel(table) for table in sorted(schema.columns()) if CHANNEL.search(table))


def _channel(table):
    if "enterprise_course_enrollment_id" not in schema.columns()[table]:
        return Probe(table)
    return Probe(
        table,
        (f"{CUSTOMER_USERS}.user_id", "user_id"),
        f"{CUSTOMER_ENROLLMENTS}.course_id",
        joins=(
            ("enterprise_course_enrollment_id", f"{CUSTOMER_ENROLLMENTS}.id"),
            (f"{CUSTOMER_ENROLLMENTS}.enterprise_customer_user_id", f"{CUSTOMER_USERS}.id"),
        ),
    )


def _credit(table, *joins):
    return Probe(table, BY_USERNAME, f"{CREDIT_COURSE}.course_key", joins=joins)


def _certificates(accept):
    return Probe(CERTIFICATES, reads=("status",), accept=accept)


ISSUED_ONES = _certificates(lambda status: status == ISSUED)


def _make_unavailable(journal, probe, keys, scope, actor_id):
    """Write what the LMS writes when it invalidates a certificate (GeneratedCertificate.invalidate)."""
    emptied = dict.fromkeys(("download_uuid", "download_url", "grade", "error_reason"), "")
    journal.update(CERTIFICATES, keys, {"status": UNAVAILABLE, **emptied, "modified_date": schema.moment()})


OWNERS = (
    Owner(
        "certificate",
        "Certificate issued",
        Policy.WARN,
        (ISSUED_ONES,),
        help="It stays valid, although the learner’s grade is gone, unless you make it unavailable below.",
        refuses=True,
        consent="Reset although a certificate was issued",
    ),
    Owner(
        "certificate_unavailable",
        "Issued certificate, which becomes unavailable",
        Policy.OFFER,
        (ISSUED_ONES,),
        change=_make_unavailable,
        note=partial(simple_history.write, CERTIFICATES, CERTIFICATE_HISTORY),
        help="Nobody is told: program certificates, badges and the credentials service keep theirs until the LMS "
        "does. The LMS issues it again when the learner passes.",
        tells="Your certificate is no longer available. You get one again when you pass.",
        lifts="certificate",
        others=(CERTIFICATE_HISTORY,),
        notes_in=(CERTIFICATE_HISTORY,),
    ),
    Owner(
        "certificate_record",
        "Certificate record, not issued",
        Policy.WARN,
        (_certificates(lambda status: status != ISSUED),),
        help="It stays as it is until the LMS grades the learner again.",
    ),
    Owner(
        "certificate_allowlist",
        "Entry on the certificate allowlist",
        Policy.WARN,
        (Probe("certificates_certificateallowlist"), Probe("certificates_certificatewhitelist")),
        help="It may hand out a certificate whatever the grade.",
    ),
    Owner(
        "credit",
        "Credit requested or earned",
        Policy.WARN,
        (
            _credit("credit_crediteligibility", ("course_id", f"{CREDIT_COURSE}.id")),
            _credit("credit_creditrequest", ("course_id", f"{CREDIT_COURSE}.id")),
            _credit(
                "credit_creditrequirementstatus",
                ("requirement_id", "credit_creditrequirement.id"),
                ("credit_creditrequirement.course_id", f"{CREDIT_COURSE}.id"),
            ),
        ),
        help="A provider may have been asked already.",
    ),
    Channels(
        "enterprise_channels",
        "Results sent to customers’ systems",
        Policy.WARN,
        help="What was sent stays there, and is not sent a second time.",
    ),
    Owner(
        "lti_outcomes",
        "Grades reported to another LMS",
        Policy.WARN,
        (Probe("lti_provider_gradedassignment", course="course_key"),),
        help="What was reported stays there until a new grade is.",
    ),
    Owner(
        "lti_scores",
        "Scores received from LTI tools",
        Policy.OFFER,
        (
            Probe(
                "lti_consumer_ltiagsscore",
                ("user_id", "external_ids"),
                course=None,
                usage="lti_consumer_ltiagslineitem.resource_link_id",
                joins=(("line_item_id", "lti_consumer_ltiagslineitem.id"),),
            ),
        ),
        help="The tool may send them again.",
        others=("lti_consumer_ltiagslineitem",),
    ),
)
