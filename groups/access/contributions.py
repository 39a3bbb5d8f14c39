"""What access adds to the shared pages: a tab of the learner page, and one of a course's."""

from console import learners
from groups.access.membership import count_groups
from groups.course_page import CourseTab, register_tab


def register() -> None:
    """Fill the registries (from `groups.contributions`)."""
    learners.register_tab(learners.LearnerTab("groups", "Groups", "groups:learner", order=30, count=count_groups))
    register_tab(CourseTab("content", "Content", "groups:content", order=40))
