"""What a query may ask about groups: cohorts, learner groups, imported content, and what lies beside them."""

from django.contrib.auth import get_user_model

from console.query_fields import Text
from console.querying import GuardedSchema
from console.schemas import PERSON
from groups import models

PEOPLE = {get_user_model(): PERSON}
GROUP = {models.CourseUserGroup: ["id", "name", "course_id", "group_type"]}
CONTENT = {models.CourseContent: ["id", "course_id", "display_name", "source", "imported_at", "team_partitions"]}
# openedx.user_partition_scheme of Open edX, and the one of the flexible groups.
SCHEMES = ("cohort", "random", "enrollment_track", "content_type_gate", "team", "verification", "group")
PARTITION = {
    models.UserPartition: [
        "id",
        "course",
        "partition_id",
        "name",
        "description",
        Text(name="scheme", codes=SCHEMES),
        "active",
        "version",
        "position",
    ],
    **CONTENT,
}
LEARNER_GROUP = {
    models.LearnerGroup: ["course_user_group", "description", "exclusive_set", "created", "created_by"],
    models.ExclusiveSet: ["id", "course_id", "name"],
    **GROUP,
    **PEOPLE,
}
TEAM = {
    models.CourseTeam: [
        "id",
        "team_id",
        "name",
        "course_id",
        "topic_id",
        "date_created",
        "description",
        "country",
        "language",
        "last_activity_at",
        "team_size",
    ]
}
ASSIGNMENT = {
    models.BulkAssignment: [
        "id",
        "course_id",
        "kind",
        "source",
        "state",
        "created",
        "created_by",
        "confirmed_at",
        "confirmed_by",
        "finished_at",
    ],
    **PEOPLE,
}


class CourseUserGroupSchema(GuardedSchema):
    """Cohorts and learner groups."""

    allowed = GROUP


class GroupMemberSchema(GuardedSchema):
    """Members of cohorts and learner groups."""

    allowed = {models.GroupMember: ["id", "courseusergroup", "user"], **GROUP, **PEOPLE}


class CohortMembershipSchema(GuardedSchema):
    """The one cohort of each learner in a run."""

    allowed = {models.CohortMembership: ["id", "course_user_group", "user", "course_id"], **GROUP, **PEOPLE}


class CourseCohortSchema(GuardedSchema):
    """How learners get into cohorts."""

    allowed = {models.CourseCohort: ["id", "course_user_group", "assignment_type"], **GROUP}


class CohortSettingsSchema(GuardedSchema):
    """Whether runs have cohorts."""

    allowed = {
        models.CourseCohortsSettings: ["id", "course_id", "is_cohorted", "always_cohort_inline_discussions"],
    }


class CohortLinkSchema(GuardedSchema):
    """The content groups that cohorts are linked to."""

    allowed = {
        models.CohortContentGroup: ["id", "course_user_group", "partition_id", "group_id", "created_at", "updated_at"],
        **GROUP,
    }


class PreassignmentSchema(GuardedSchema):
    """E-mail addresses that wait for their account."""

    allowed = {
        models.UnregisteredLearnerCohortAssignment: ["id", "email", "course_id", "course_user_group"],
        **GROUP,
    }


class CohortTargetSchema(GuardedSchema):
    """Bulk e-mails that went to cohorts."""

    allowed = {models.BulkEmailCohortTarget: ["target_ptr_id", "cohort"], **GROUP}


class VerifiedTrackSchema(GuardedSchema):
    """The switch of verified-track cohorting."""

    allowed = {models.VerifiedTrackCohortedCourse: ["id", "course_key", "enabled", "verified_cohort_name"]}


class BulkAssignmentSchema(GuardedSchema):
    """Uploads and automatic assignments."""

    allowed = ASSIGNMENT


class BulkAssignmentItemSchema(GuardedSchema):
    """Their lines."""

    allowed = {
        models.BulkAssignmentItem: [
            "id",
            "bulk",
            "line",
            "typed",
            "cohort_name",
            "cohort_id",
            "learner",
            "outcome",
            "previous",
            "state",
            "reason",
        ],
        **ASSIGNMENT,
    }


class LearnerGroupSchema(GuardedSchema):
    """Lectern's half of learner groups."""

    allowed = LEARNER_GROUP


class InstructorSchema(GuardedSchema):
    """Who manages the members of a learner group."""

    allowed = {models.LearnerGroupInstructor: ["id", "group", "user"], **LEARNER_GROUP}


class ExclusiveSetSchema(GuardedSchema):
    """Learner groups that exclude each other."""

    allowed = {models.ExclusiveSet: ["id", "course_id", "name"]}


class ExclusiveMembershipSchema(GuardedSchema):
    """The one group of a set that a learner is in."""

    allowed = {models.ExclusiveMembership: ["id", "exclusive_set", "group", "user"], **LEARNER_GROUP}


class LearnerGroupLinkSchema(GuardedSchema):
    """The content groups that learner groups are linked to."""

    allowed = {
        models.LearnerGroupLink: ["id", "group", "partition_id", "group_id_in_partition", "created"],
        **LEARNER_GROUP,
    }


class CourseContentSchema(GuardedSchema):
    """Imported courses."""

    allowed = {
        models.CourseContent: [*CONTENT[models.CourseContent], "imported_by"],
        **PEOPLE,
    }


class ContentImportSchema(GuardedSchema):
    """Imports that wait to be confirmed."""

    allowed = {
        models.ContentImport: ["id", "course_id", "archive_course_id", "source", "created", "created_by"],
        **PEOPLE,
    }


class UserPartitionSchema(GuardedSchema):
    """Group configurations of imported courses."""

    allowed = PARTITION


class PartitionGroupSchema(GuardedSchema):
    """Their groups."""

    allowed = {
        models.PartitionGroup: ["id", "partition", "group_id", "name", "version", "position"],
        **PARTITION,
    }


class CourseBlockSchema(GuardedSchema):
    """Blocks of imported courses."""

    allowed = {
        models.CourseBlock: [
            "id",
            "course",
            "usage_key",
            "block_type",
            "display_name",
            "parent",
            "position",
            "depth",
            "visible_to_staff_only",
            "start",
            "user_partition_id",
        ],
        **CONTENT,
    }


class UserCourseTagSchema(GuardedSchema):
    """Tags, among others of experiments."""

    allowed = {models.UserCourseTag: ["id", "key", "course_id", "value", "user"], **PEOPLE}


class CourseTeamSchema(GuardedSchema):
    """Teams."""

    allowed = TEAM


class TeamMembershipSchema(GuardedSchema):
    """Members of teams."""

    allowed = {
        models.CourseTeamMembership: ["id", "team", "user", "date_joined", "last_activity_at"],
        **TEAM,
        **PEOPLE,
    }
