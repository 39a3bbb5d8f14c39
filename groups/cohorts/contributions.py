"""What cohorts add to the shared pages: tabs of a course run's page, and a card on the home page."""

from console import cards
from console.platform import features
from groups.cohorts.cards import cohort_sizes
from groups.course_page import CourseTab, register_tab
from groups.models import CourseUserGroup


def register() -> None:
    """Fill the registries (called once, by `groups.contributions`)."""
    register_tab(CourseTab("cohorts", "Cohorts", "groups:cohorts", order=10, count=_cohorts))
    register_tab(CourseTab("learners", "Learners", "groups:learners", order=50))
    register_tab(CourseTab("settings", "Settings", "groups:settings", order=60))
    cards.register(cards.Card("groups/cohorts/_card.html", cohort_sizes, order=60))


def _cohorts(course_key):
    if not features.has(CourseUserGroup):
        return 0
    return CourseUserGroup.objects.cohorts().filter(course_id=course_key).count()
