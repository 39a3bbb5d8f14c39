"""What a query may ask about people and about the console's own records."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType

from console.models import ApiToken, CourseAccessRole, LearnerVisit, SavedQuery, UserProfile, WorkerHeartbeat
from console.query_fields import Text
from console.querying import GuardedSchema

# common/djangoapps/student/roles.py of Open edX.
COURSE_ROLES = (
    "instructor",
    "staff",
    "limited_staff",
    "beta_testers",
    "support",
    "data_researcher",
    "finance_admin",
    "sales_admin",
    "library_user",
    "org_course_creator_group",
    "course_creator_group",
)

# Names and addresses, and nothing that signs anybody in.
PERSON = ["id", "username", "email", "first_name", "last_name", "is_active", "date_joined"]


class PeopleSchema(GuardedSchema):
    """Accounts with their profiles."""

    allowed = {
        get_user_model(): [*PERSON, "is_staff", "is_superuser", "last_login", "profile"],
        UserProfile: [
            "id",
            "user",
            "name",
            "country",
            "gender",
            "language",
            "level_of_education",
            "location",
            "year_of_birth",
        ],
    }


class CourseAccessRoleSchema(GuardedSchema):
    """Who is staff of what."""

    allowed = {
        CourseAccessRole: ["id", "user", "org", "course_id", Text(name="role", codes=COURSE_ROLES)],
        get_user_model(): PERSON,
    }


class LogEntrySchema(GuardedSchema):
    """The audit log."""

    allowed = {
        LogEntry: [
            "id",
            "action_time",
            "user",
            "content_type",
            "object_id",
            "object_repr",
            "action_flag",
            "change_message",
        ],
        ContentType: ["app_label", "model"],
        get_user_model(): PERSON,
    }


class LearnerVisitSchema(GuardedSchema):
    """Who looked at which learner."""

    allowed = {LearnerVisit: ["id", "viewer", "learner", "visited_at", "visits"], get_user_model(): PERSON}


class SavedQuerySchema(GuardedSchema):
    """Saved queries: one's own and the shared ones."""

    allowed = {
        SavedQuery: [
            "id",
            "owner",
            "list_name",
            "title",
            "description",
            "text",
            "is_shared",
            "created",
            "modified",
            "last_run_at",
            "last_run_by",
            "runs",
        ],
        get_user_model(): PERSON,
    }


class WorkerHeartbeatSchema(GuardedSchema):
    """Signs of life of the workers."""

    allowed = {WorkerHeartbeat: ["name", "seen_at"]}


class ApiTokenSchema(GuardedSchema):
    """API tokens, without what signs anybody in."""

    allowed = {
        ApiToken: ["id", "user", "name", "created_at", "created_by", "expires_at", "last_used_at", "revoked_at"],
        get_user_model(): PERSON,
    }
