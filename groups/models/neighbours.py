"""Tables of the LMS beside the cohorts that decide what a learner may see: tags and teams."""

from django.conf import settings
from django.db import models

from console.fields import CourseKeyField
from console.platform import PlatformModel, TableUse


class UserCourseTag(PlatformModel):
    """`user_api_usercoursetag`: among others the group of an experiment that a learner was drawn into."""

    table_use = TableUse("Groups of experiments are not shown.", optional=True)

    PARTITION_KEY = "xblock.partition_service.partition_{}"

    key = models.CharField(max_length=255, db_index=True)
    course_id = CourseKeyField(max_length=255, db_index=True)
    value = models.TextField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")

    class Meta:
        db_table = "user_api_usercoursetag"
        verbose_name = "learner's tag in a course run"
        verbose_name_plural = "learners' tags in course runs"
        unique_together = [("user", "course_id", "key")]

    def __str__(self):
        return f"{self.key} of {self.user_id}"


class CourseTeam(PlatformModel):
    """`teams_courseteam`. Its primary key is the id of the content group that a team makes."""

    table_use = TableUse("Teams are not shown.", optional=True)

    team_id = models.CharField(max_length=255, unique=True)
    discussion_topic_id = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, db_index=True)
    course_id = CourseKeyField(max_length=255, db_index=True)
    topic_id = models.CharField(max_length=255, db_index=True, blank=True, verbose_name="team-set")
    date_created = models.DateTimeField()
    description = models.CharField(max_length=300)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=16, blank=True)
    last_activity_at = models.DateTimeField(db_index=True)
    team_size = models.IntegerField(default=0, db_index=True)

    class Meta:
        db_table = "teams_courseteam"
        verbose_name = "team"

    def __str__(self):
        return self.name


class CourseTeamMembership(PlatformModel):
    """`teams_courseteammembership`. One team per team-set is the LMS's Python rule only."""

    table_use = TableUse("Teams are not shown.", optional=True)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    team = models.ForeignKey(CourseTeam, models.DO_NOTHING, related_name="memberships")
    date_joined = models.DateTimeField()
    last_activity_at = models.DateTimeField()

    class Meta:
        db_table = "teams_courseteammembership"
        verbose_name = "team membership"
        unique_together = [("user", "team")]

    def __str__(self):
        return f"{self.user_id} in team {self.team_id}"
