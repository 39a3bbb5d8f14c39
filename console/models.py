"""People and roles as Open edX stores them, and the console's own small tables."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from console.fields import CourseKeyField
from console.platform import PlatformModel, TableUse
from console.queries.models import SavedQuery  # noqa: F401 (Django looks for models here)


class UserProfile(PlatformModel):
    """`auth_userprofile`: the learner's full name and what they told about themselves."""

    table_use = TableUse("No learner is found: names are read from there.")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="profile")
    name = models.CharField(max_length=255, blank=True, db_index=True)
    meta = models.TextField(blank=True, default="")
    courseware = models.CharField(max_length=255, blank=True, default="course.xml")
    language = models.CharField(max_length=255, blank=True, default="", db_index=True)
    location = models.CharField(max_length=255, blank=True, default="", db_index=True)
    year_of_birth = models.IntegerField(null=True, blank=True, db_index=True)
    gender = models.CharField(max_length=6, null=True, blank=True, db_index=True)
    level_of_education = models.CharField(max_length=6, null=True, blank=True, db_index=True)
    country = models.CharField(max_length=2, null=True, blank=True)

    class Meta:
        db_table = "auth_userprofile"
        verbose_name = "user profile"

    def __str__(self):
        return self.name


class CourseAccessRole(PlatformModel):
    """`student_courseaccessrole`: who is staff of what. Empty org and course mean site-wide."""

    table_use = TableUse("Nobody but superusers has a role.", insert=True, delete=True)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="course_access_roles")
    org = models.CharField(max_length=64, blank=True, db_index=True)
    course_id = CourseKeyField(max_length=255, blank=True, db_index=True)
    role = models.CharField(max_length=64, db_index=True)

    class Meta:
        db_table = "student_courseaccessrole"
        verbose_name = "course access role"
        unique_together = [("user", "org", "course_id", "role")]

    def __str__(self):
        return f"{self.role} of {self.course_id or self.org or 'the site'}"


class StaffSession(AbstractBaseSession):
    """A signed-in browser. Our own table, so that the LMS's sessions are left alone."""

    @classmethod
    def get_session_store_class(cls):
        from console.sessions import SessionStore  # noqa: PLC0415 (the store imports this model)

        return SessionStore

    class Meta(AbstractBaseSession.Meta):
        db_table = "lectern_console_session"


class LearnerVisit(models.Model):
    """Who looked at which learner, and when last: the "recent learners" list, and a privacy log."""

    id = models.BigAutoField(primary_key=True)
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    visited_at = models.DateTimeField()
    visits = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["viewer", "learner"], name="lectern_one_visit_row")]
        indexes = [models.Index(fields=["viewer", "-visited_at"], name="lectern_visit_recent")]

    def __str__(self):
        return f"{self.viewer_id} saw {self.learner_id}"


class WorkerHeartbeat(models.Model):
    """When a worker last ran the heartbeat task: proof that beat, broker and worker all live."""

    name = models.CharField(max_length=100, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self):
        return self.name


class ApiToken(models.Model):
    """A key with which a program acts as one person. Only its hash is kept: nobody can read it again."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"

    def __str__(self):
        return f"{self.name} (user {self.user_id})"
