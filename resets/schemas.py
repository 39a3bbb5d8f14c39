"""What a query may ask about resets and the learner state that they clear."""

from django.contrib.auth import get_user_model

from console.query_fields import Text
from console.querying import GuardedSchema
from console.schemas import PERSON
from enrollments.models import CourseEnrollment
from enrollments.schemas import BLOCK_TYPES, MODES
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

OPT_IN = ["id", "course_id", "active", "created", "modified"]
AUDIT = ["id", "course", "course_enrollment", "reset_by", "status", "comment", "created", "modified", "completed_at"]
ENROLLMENT = ["id", "user", "course_id", "created", "is_active", Text(name="mode", codes=MODES)]
OVERRIDE = [
    "id",
    "created",
    "modified",
    "earned_all_override",
    "possible_all_override",
    "earned_graded_override",
    "possible_graded_override",
    "override_reason",
    "system",
]
SUBSECTION_GRADE = [
    "id",
    "user_id",
    "course_id",
    "usage_key",
    "earned_all",
    "possible_all",
    "earned_graded",
    "possible_graded",
    "first_attempted",
    "created",
    "modified",
]


class CourseResetSchema(GuardedSchema):
    """Resets, with their learner, their run's opt-in and who asked for them."""

    allowed = {
        CourseResetAudit: AUDIT,
        CourseEnrollment: ENROLLMENT,
        CourseResetCourseOptIn: OPT_IN,
        get_user_model(): PERSON,
    }


class ResetListSchema(GuardedSchema):
    """The console's reset lists, which instructors see too: people by their username alone.

    Whoever asked for a reset is no learner of the instructor's, and their address not to be guessed.
    """

    allowed = {
        CourseResetAudit: [
            *(name for name in AUDIT if name not in {"course", "course_enrollment", "reset_by"}),
            Text(name="learner", column="course_enrollment__user__username"),
            Text(name="reset_by", column="reset_by__username"),
            Text(name="course_name", nullable=True),
            Text(name="reason", column="job__reason", nullable=True),
            "course_enrollment",
        ],
        CourseEnrollment: [name for name in ENROLLMENT if name != "user"],
    }


class OptInSchema(GuardedSchema):
    """Course runs whose learners may be reset."""

    allowed = {CourseResetCourseOptIn: OPT_IN}


class ResetJobSchema(GuardedSchema):
    """Lectern's half of a reset. The names of the workers that hold a lease are of no use to a query."""

    allowed = {
        ResetJob: ["audit", "attempts", "lease_until", "rung_at", "started_at", "finished_at", "mailed_at", "reason"],
        CourseResetAudit: AUDIT,
        CourseEnrollment: ENROLLMENT,
        CourseResetCourseOptIn: OPT_IN,
        get_user_model(): PERSON,
    }


class StudentModuleSchema(GuardedSchema):
    """Module state by whose and where it is; the state itself is no subject of a query."""

    allowed = {
        StudentModule: [
            "id",
            "student",
            "course_id",
            "module_state_key",
            Text(name="module_type", codes=BLOCK_TYPES),
            "grade",
            "max_grade",
            "done",
            "created",
            "modified",
        ],
        get_user_model(): PERSON,
    }


class StudentModuleHistorySchema(GuardedSchema):
    """Earlier states of modules."""

    allowed = {StudentModuleHistory: ["id", "student_module_id", "version", "created", "grade", "max_grade"]}


class SubsectionGradeSchema(GuardedSchema):
    """Stored subsection grades."""

    allowed = {PersistentSubsectionGrade: SUBSECTION_GRADE}


class OverrideSchema(GuardedSchema):
    """Grades that were set by hand."""

    allowed = {
        PersistentSubsectionGradeOverride: ["grade", *OVERRIDE],
        PersistentSubsectionGrade: SUBSECTION_GRADE,
    }


class OverrideHistorySchema(GuardedSchema):
    """Every change of such a grade."""

    allowed = {
        HistoricalSubsectionGradeOverride: [
            "history_id",
            *OVERRIDE,
            "grade_id",
            "history_date",
            "history_type",
            "history_change_reason",
            "history_user",
        ],
        get_user_model(): PERSON,
    }


class VisibleBlocksSchema(GuardedSchema):
    """Block lists that subsection grades share."""

    allowed = {VisibleBlocks: ["id", "course_id", "hashed"]}


class GivenUpSchema(GuardedSchema):
    """Resets of Open edX's own tool that never finished."""

    allowed = {GivenUp: ["audit", "at", "reason"], CourseResetAudit: ["id", "status"]}


class ArchiveSchema(GuardedSchema):
    """Archives of resets; what is in them is no subject of a query."""

    allowed = {
        ResetArchive: ["id", "audit", "kind", "created", "rows", "purged_at"],
        CourseResetAudit: ["id", "status"],
    }


class ArchivePartSchema(GuardedSchema):
    """The parts of archives, without their contents."""

    allowed = {
        ArchivePart: ["id", "archive", "number", "owner", "table", "operation", "rows", "sha256"],
        ResetArchive: ["id", "kind", "created"],
    }


class BulkResetSchema(GuardedSchema):
    """Lists of learners to be reset, and who made and confirmed them."""

    allowed = {
        BulkReset: [
            "id",
            "course_id",
            "memo",
            "state",
            "created",
            "created_by",
            "confirmed_at",
            "confirmed_by",
            "finished_at",
            "will_reset",
            "cannot",
            "unknown",
            "duplicate",
        ],
        get_user_model(): PERSON,
    }


class BulkItemSchema(GuardedSchema):
    """The lines of such lists."""

    allowed = {
        BulkItem: ["id", "bulk", "line", "typed", "learner", "verdict", "state", "reason"],
        BulkReset: ["id", "course_id", "state"],
        get_user_model(): PERSON,
    }
