"""Which groups of learners a person may see, and what lists show beside each."""

from django.db.models import QuerySet

from groups.rules import managed_filter


class CourseUserGroupQuerySet(QuerySet):
    """Cohorts and learner groups."""

    def managed_by(self, user):
        """Return the groups of the course runs that `user` manages."""
        return self.filter(managed_filter(user, "course_id"))

    def cohorts(self):
        """Return the cohorts; MySQL compares without letter case, so the word is the platform's own."""
        return self.filter(group_type="cohort")

    def learner_groups(self):
        """Return the learner groups."""
        return self.filter(group_type="groups")
