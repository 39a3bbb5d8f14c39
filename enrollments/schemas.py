"""What a query may ask about courses and what the platform knows of a learner in them."""

from django.contrib.auth import get_user_model

from console.query_fields import Flag, Moment, Number, Text
from console.querying import GuardedSchema
from console.schemas import PERSON
from enrollments import columns
from enrollments.models import (
    BlockCompletion,
    CourseEnrollment,
    CourseMode,
    CourseOverview,
    GeneratedCertificate,
    PersistentCourseGrade,
)

# common/djangoapps/course_modes/models.py of Open edX.
MODES = (
    "audit",
    "honor",
    "verified",
    "professional",
    "no-id-professional",
    "credit",
    "masters",
    "executive-education",
    "paid-executive-education",
    "unpaid-executive-education",
    "paid-bootcamp",
    "unpaid-bootcamp",
)
# lms/djangoapps/certificates/data.py of Open edX.
CERTIFICATE_STATUSES = (
    "downloadable",
    "notpassing",
    "unavailable",
    "unverified",
    "audit_passing",
    "audit_notpassing",
    "honor_passing",
    "generating",
    "requesting",
    "invalidating",
    "auditing",
    "deleted",
    "deleting",
    "error",
)
BLOCK_TYPES = ("course", "chapter", "sequential", "vertical", "html", "video", "problem")

COURSE = [
    "id",
    "display_name",
    "org",
    "display_number_with_default",
    "start",
    "end",
    "enrollment_start",
    "enrollment_end",
    "self_paced",
    "invitation_only",
    "mobile_available",
    "visible_to_staff_only",
    "lowest_passing_grade",
    "created",
    "modified",
]


class CourseOverviewSchema(GuardedSchema):
    """Course runs."""

    allowed = {CourseOverview: COURSE}


class CourseEnrollmentSchema(GuardedSchema):
    """Enrollments, with their learner and their run."""

    allowed = {
        CourseEnrollment: [
            "id",
            "user",
            "course_id",
            "overview",
            "created",
            "is_active",
            Text(name="mode", codes=MODES),
        ],
        CourseOverview: COURSE,
        get_user_model(): PERSON,
    }


class EnrollmentListSchema(CourseEnrollmentSchema):
    """The console's enrollment lists: what `with_facts` annotates, and what other apps add to it."""

    facts = (
        Text(name="learner", column="user__username"),
        Text(name="course_name", nullable=True),
        Number(name="grade", nullable=True),
        Flag(name="is_passing"),
        Text(name="certificate_status", codes=CERTIFICATE_STATUSES, nullable=True),
        Flag(name="recently_active"),
        Moment(name="last_completion_at", nullable=True),
        Moment(name="last_new_completion_at", nullable=True),
    )

    def get_fields(self, model):
        fields = super().get_fields(model)
        if model is not CourseEnrollment:
            return fields
        added = [field for contribution in columns.contributions() for field in contribution.query_fields]
        return [*fields, *self.facts, *added]


class CourseModeSchema(GuardedSchema):
    """Modes that runs offer."""

    allowed = {
        CourseMode: [
            "id",
            "course_id",
            Text(name="mode_slug", codes=MODES),
            "mode_display_name",
            "min_price",
            "currency",
            "expiration_datetime",
        ]
    }


class CourseGradeSchema(GuardedSchema):
    """Stored course grades. The platform keeps the learner's id there without a relation."""

    allowed = {
        PersistentCourseGrade: [
            "id",
            "user_id",
            "course_id",
            "percent_grade",
            "letter_grade",
            "passed_timestamp",
            "created",
            "modified",
        ]
    }


class BlockCompletionSchema(GuardedSchema):
    """Completed blocks."""

    allowed = {
        BlockCompletion: [
            "id",
            "user",
            "context_key",
            "block_key",
            Text(name="block_type", codes=BLOCK_TYPES),
            "completion",
            "created",
            "modified",
        ],
        get_user_model(): PERSON,
    }


class CertificateSchema(GuardedSchema):
    """Certificates. Their download keys are left out: who has one can fetch the file."""

    allowed = {
        GeneratedCertificate: [
            "id",
            "user",
            "course_id",
            "name",
            "grade",
            Text(name="status", codes=CERTIFICATE_STATUSES),
            Text(name="mode", codes=MODES),
            "verify_uuid",
            "error_reason",
            "created_date",
            "modified_date",
        ],
        get_user_model(): PERSON,
    }
