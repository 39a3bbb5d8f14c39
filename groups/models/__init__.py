"""The tables of groups: Open edX's own (cohorts, neighbours), and Lectern's (learner groups, content)."""

from groups.models.assignments import BulkAssignment, BulkAssignmentItem
from groups.models.cohorts import (
    COHORT_TABLES,
    BulkEmailCohortTarget,
    CohortContentGroup,
    CohortMembership,
    CourseCohort,
    CourseCohortsSettings,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
    VerifiedTrackCohortedCourse,
)
from groups.models.content import ContentImport, CourseBlock, CourseContent, PartitionGroup, UserPartition
from groups.models.learner_groups import (
    ExclusiveMembership,
    ExclusiveSet,
    LearnerGroup,
    LearnerGroupInstructor,
    LearnerGroupLink,
)
from groups.models.neighbours import CourseTeam, CourseTeamMembership, UserCourseTag

__all__ = [
    "COHORT_TABLES",
    "BulkAssignment",
    "BulkAssignmentItem",
    "BulkEmailCohortTarget",
    "CohortContentGroup",
    "CohortMembership",
    "ContentImport",
    "CourseBlock",
    "CourseCohort",
    "CourseCohortsSettings",
    "CourseContent",
    "CourseTeam",
    "CourseTeamMembership",
    "CourseUserGroup",
    "ExclusiveMembership",
    "ExclusiveSet",
    "GroupMember",
    "LearnerGroup",
    "LearnerGroupInstructor",
    "LearnerGroupLink",
    "PartitionGroup",
    "UnregisteredLearnerCohortAssignment",
    "UserCourseTag",
    "UserPartition",
    "VerifiedTrackCohortedCourse",
]
