"""Demo learner groups of one course: labs that exclude each other, and a circle beside them."""

from django.contrib.auth import get_user_model

from console.demo import ADMIN, Demo
from enrollments.demo import DATA_SCIENCE
from enrollments.models import CourseEnrollment
from groups.demo.content import DATA_SCIENCE_GROUPS, INDUSTRY, STARTERS
from groups.learner_groups import actions, members
from groups.learner_groups.actions import Details

# Runs one lab without any role in the LMS.
LAB_INSTRUCTOR = "ngozi.okonkwo"
GROUPS = (
    (Details("Lab Monday", "Room 204, 16:00", "Labs", (LAB_INSTRUCTOR,)), 14, ()),
    (Details("Lab Thursday", "Online, 18:00", "Labs"), 11, ()),
    (
        Details("Study circle Berlin", "Learners who meet in person"),
        9,
        ((DATA_SCIENCE_GROUPS.id, STARTERS.id), (DATA_SCIENCE_GROUPS.id, INDUSTRY.id)),
    ),
    (Details("Alumni mentors"), 0, ()),
)


def load(demo: Demo) -> str:
    """Make learner groups by the same actions that the pages use; returns what was made, in words."""
    admin = get_user_model().objects.get(username=ADMIN)
    enrolled = CourseEnrollment.objects.filter(course_id=DATA_SCIENCE.key, is_active=True).order_by("pk")
    names = list(enrolled.values_list("user__username", flat=True))
    for details, size, links in GROUPS:
        group = actions.create(course_key=DATA_SCIENCE.key, details=details, actor=admin)
        texts = demo.random.sample(names, min(size, len(names)))
        members.add(course_key=DATA_SCIENCE.key, group_id=group.pk, texts=texts, actor=admin)
        if links:
            actions.set_links(course_key=DATA_SCIENCE.key, group_id=group.pk, links=links, actor=admin)
    return f"{len(GROUPS)} learner groups"
