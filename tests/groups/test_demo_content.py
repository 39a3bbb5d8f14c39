"""The demo's courses: made as exports, read by the import, and full of what real courses hold."""

from random import Random

import pytest
from django.utils import timezone

from console.demo import Demo
from enrollments.demo import DATA_SCIENCE, WRITING, outline
from groups.demo import content
from groups.models import CourseBlock, CourseContent, UserPartition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demo():
    content.load(Demo(timezone.now(), Random(1)))


@pytest.mark.parametrize("course", [DATA_SCIENCE, WRITING])
def test_holds_the_blocks_of_which_learners_have_completions(course):
    stored = {str(row.usage_key) for row in CourseBlock.objects.filter(course__course_id=course.key)}

    assert {str(key) for unit in outline(course.key) for key in (unit.key, *unit.containers)} <= stored


def test_is_imported_without_a_warning():
    assert [row.warnings for row in CourseContent.objects.all()] == [[], []]


def test_shows_every_kind_of_partition_and_mistake():
    partitions = UserPartition.objects.filter(course__course_id=DATA_SCIENCE.key)
    rules = [row.group_access for row in CourseBlock.objects.filter(course__course_id=DATA_SCIENCE.key)]
    named = {partition for rule in rules if rule for partition in rule}

    assert set(partitions.values_list("scheme", "active")) == {("cohort", True), ("random", True), ("cohort", False)}
    assert {"50", str(content.DELETED_PARTITION), str(content.PILOT.id)} <= named
