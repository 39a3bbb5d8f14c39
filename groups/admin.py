"""Groups in the admin, to be looked at and queried.

Nothing is changed here: memberships are two rows that belong together,
names are unique across kinds, and imported content is one with its policy. The console's own pages
keep those rules.
"""

from django.contrib import admin

from console.admin import PlatformAdmin, site
from groups import models, schemas


@admin.register(models.CourseUserGroup, site=site)
class CourseUserGroupAdmin(PlatformAdmin):
    """Cohorts and learner groups."""

    schema = schemas.CourseUserGroupSchema
    list_display = ("id", "name", "course_id", "group_type")
    list_filter = ("group_type",)
    search_fields = ("^name", "^course_id")


@admin.register(models.GroupMember, site=site)
class GroupMemberAdmin(PlatformAdmin):
    """Members as lists and e-mails read them."""

    schema = schemas.GroupMemberSchema
    list_display = ("id", "courseusergroup", "user")
    missing_ok = ("courseusergroup", "user")
    search_fields = ("^courseusergroup__course_id", "^user__username")


@admin.register(models.CohortMembership, site=site)
class CohortMembershipAdmin(PlatformAdmin):
    """Members as access reads them."""

    schema = schemas.CohortMembershipSchema
    list_display = ("id", "course_user_group", "user", "course_id")
    missing_ok = ("course_user_group", "user")
    search_fields = ("^course_id", "^user__username")


@admin.register(models.CourseCohort, site=site)
class CourseCohortAdmin(PlatformAdmin):
    schema = schemas.CourseCohortSchema
    list_display = ("id", "course_user_group", "assignment_type")
    list_filter = ("assignment_type",)
    missing_ok = ("course_user_group",)
    search_fields = ("^course_user_group__course_id", "^course_user_group__name")


@admin.register(models.CourseCohortsSettings, site=site)
class CourseCohortsSettingsAdmin(PlatformAdmin):
    """A missing row is a run that the LMS never looked at; `…/settings/` explains."""

    schema = schemas.CohortSettingsSchema
    list_display = ("id", "course_id", "is_cohorted", "always_cohort_inline_discussions")
    list_filter = ("is_cohorted",)
    search_fields = ("^course_id",)


@admin.register(models.CohortContentGroup, site=site)
class CohortContentGroupAdmin(PlatformAdmin):
    schema = schemas.CohortLinkSchema
    list_display = ("id", "course_user_group", "partition_id", "group_id", "updated_at")
    missing_ok = ("course_user_group",)
    search_fields = ("^course_user_group__course_id", "=group_id")


@admin.register(models.UnregisteredLearnerCohortAssignment, site=site)
class PreassignmentAdmin(PlatformAdmin):
    schema = schemas.PreassignmentSchema
    list_display = ("id", "email", "course_id", "course_user_group")
    missing_ok = ("course_user_group",)
    search_fields = ("^email", "^course_id")


@admin.register(models.BulkEmailCohortTarget, site=site)
class CohortTargetAdmin(PlatformAdmin):
    schema = schemas.CohortTargetSchema
    list_display = ("target_ptr_id", "cohort")
    missing_ok = ("cohort",)
    search_fields = ("^cohort__course_id",)


@admin.register(models.VerifiedTrackCohortedCourse, site=site)
class VerifiedTrackAdmin(PlatformAdmin):
    schema = schemas.VerifiedTrackSchema
    list_display = ("id", "course_key", "enabled", "verified_cohort_name")
    list_filter = ("enabled",)
    search_fields = ("^course_key",)


@admin.register(models.BulkAssignment, site=site)
class BulkAssignmentAdmin(PlatformAdmin):
    schema = schemas.BulkAssignmentSchema
    list_display = ("id", "course_id", "kind", "source", "state", "created", "created_by", "finished_at")
    list_filter = ("kind", "state")
    missing_ok = ("created_by",)
    search_fields = ("^course_id", "^created_by__username")


@admin.register(models.BulkAssignmentItem, site=site)
class BulkAssignmentItemAdmin(PlatformAdmin):
    schema = schemas.BulkAssignmentItemSchema
    list_display = ("id", "bulk", "line", "typed", "cohort_name", "outcome", "state", "reason")
    list_filter = ("outcome", "state")
    list_select_related = ("bulk",)
    search_fields = ("=bulk__id", "^typed")


@admin.register(models.LearnerGroup, site=site)
class LearnerGroupAdmin(PlatformAdmin):
    schema = schemas.LearnerGroupSchema
    list_display = ("number", "course_user_group", "description", "exclusive_set", "created", "created_by")
    missing_ok = ("course_user_group", "exclusive_set", "created_by")
    search_fields = ("^course_user_group__course_id", "^course_user_group__name")

    @admin.display(description="id", ordering="course_user_group")
    def number(self, group):
        return group.pk


@admin.register(models.LearnerGroupInstructor, site=site)
class LearnerGroupInstructorAdmin(PlatformAdmin):
    schema = schemas.InstructorSchema
    list_display = ("id", "group", "user")
    missing_ok = ("group", "user")
    search_fields = ("^user__username",)


@admin.register(models.ExclusiveSet, site=site)
class ExclusiveSetAdmin(PlatformAdmin):
    schema = schemas.ExclusiveSetSchema
    list_display = ("id", "name", "course_id")
    search_fields = ("^name", "^course_id")


@admin.register(models.ExclusiveMembership, site=site)
class ExclusiveMembershipAdmin(PlatformAdmin):
    schema = schemas.ExclusiveMembershipSchema
    list_display = ("id", "exclusive_set", "group", "user")
    missing_ok = ("exclusive_set", "group", "user")
    search_fields = ("^user__username",)


@admin.register(models.LearnerGroupLink, site=site)
class LearnerGroupLinkAdmin(PlatformAdmin):
    schema = schemas.LearnerGroupLinkSchema
    list_display = ("id", "group", "partition_id", "group_id_in_partition", "created")
    missing_ok = ("group",)
    search_fields = ("=group_id_in_partition",)


@admin.register(models.CourseContent, site=site)
class CourseContentAdmin(PlatformAdmin):
    """The policy is long, and read with the course's configurations."""

    schema = schemas.CourseContentSchema
    list_display = ("id", "course_id", "display_name", "source", "imported_at", "imported_by")
    missing_ok = ("imported_by",)
    search_fields = ("^course_id", "^display_name")
    fields = ("id", "course_id", "display_name", "source", "imported_at", "imported_by", "team_partitions", "warnings")


@admin.register(models.ContentImport, site=site)
class ContentImportAdmin(PlatformAdmin):
    """What was read is compressed, and shown by the preview of the import."""

    schema = schemas.ContentImportSchema
    list_display = ("id", "course_id", "archive_course_id", "source", "created", "created_by")
    missing_ok = ("created_by",)
    search_fields = ("^course_id", "^source")
    fields = ("id", "course_id", "archive_course_id", "source", "created", "created_by")


@admin.register(models.UserPartition, site=site)
class UserPartitionAdmin(PlatformAdmin):
    schema = schemas.UserPartitionSchema
    list_display = ("id", "course", "partition_id", "name", "scheme", "active", "version")
    list_filter = ("scheme", "active")
    list_select_related = ("course",)
    search_fields = ("^course__course_id", "^name", "=partition_id")


@admin.register(models.PartitionGroup, site=site)
class PartitionGroupAdmin(PlatformAdmin):
    schema = schemas.PartitionGroupSchema
    list_display = ("id", "partition", "group_id", "name", "version")
    list_select_related = ("partition",)
    search_fields = ("^name", "=group_id")


@admin.register(models.CourseBlock, site=site)
class CourseBlockAdmin(PlatformAdmin):
    schema = schemas.CourseBlockSchema
    list_display = ("id", "course", "block_type", "display_name", "usage_key", "group_access", "visible_to_staff_only")
    list_filter = ("visible_to_staff_only",)
    list_select_related = ("course",)
    search_fields = ("^course__course_id", "^display_name")


@admin.register(models.UserCourseTag, site=site)
class UserCourseTagAdmin(PlatformAdmin):
    schema = schemas.UserCourseTagSchema
    list_display = ("id", "user", "course_id", "key", "value")
    missing_ok = ("user",)
    search_fields = ("^user__username", "^course_id", "^key")


@admin.register(models.CourseTeam, site=site)
class CourseTeamAdmin(PlatformAdmin):
    schema = schemas.CourseTeamSchema
    list_display = ("id", "name", "course_id", "topic_id", "team_size", "last_activity_at")
    search_fields = ("^name", "^course_id")


@admin.register(models.CourseTeamMembership, site=site)
class TeamMembershipAdmin(PlatformAdmin):
    schema = schemas.TeamMembershipSchema
    list_display = ("id", "team", "user", "date_joined", "last_activity_at")
    missing_ok = ("team", "user")
    search_fields = ("^user__username", "^team__name")
