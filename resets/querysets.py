"""Which resets a person may see."""

from django.db.models import QuerySet

from console.rules import roles_of


class CourseResetAuditQuerySet(QuerySet):
    """Audit rows, scoped by the run of their enrollment."""

    def visible_to(self, user):
        """Return the resets in runs that `user` may look at; support and admins see all."""
        roles = roles_of(user)
        if not roles.is_staff_somewhere:
            return self.none()
        return self.filter(roles.course_filter("course_enrollment__course_id"))
