"""Key columns: keys in Python, odd text read as it is and never written by us."""

import pytest
from django.db import connection
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from console.fields import UnreadableKey
from console.models import CourseAccessRole
from enrollments.models import CourseEnrollment
from resets.models import StudentModule
from tests import factories

pytestmark = pytest.mark.django_db


def _store(row, column, text):
    """Put text into a column as only somebody else's SQL can."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [text, row.pk])


def _reread(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize(
    "text", ["course-v1:TestX+C1+2026", "TestX/C1/2026", "course-v1:Tést+C1+2026", "ccx-v1:TestX+C1+2026+ccx@7"]
)
def test_a_course_key_is_an_object_in_python(text):
    enrollment = factories.EnrollmentFactory(course_id=text)
    assert _reread(enrollment).course_id == CourseKey.from_string(text)
    assert CourseEnrollment.objects.get(course_id=text) == enrollment


@pytest.mark.parametrize("text", ["no key at all", "course-v1:OnlyOrg", "i4x://", "<b>bold</b>"])
def test_text_that_is_no_key_is_read_as_it_is(text):
    enrollment = factories.EnrollmentFactory()
    _store(enrollment, "course_id", text)
    key = _reread(enrollment).course_id
    assert isinstance(key, UnreadableKey)
    assert (str(key), key.org, key.course, key.run) == (text, "", "", "")


def test_space_around_a_key_does_not_hide_it():
    enrollment = factories.EnrollmentFactory()
    _store(enrollment, "course_id", "course-v1:TestX+C1+2026 ")
    assert _reread(enrollment).course_id == CourseKey.from_string("course-v1:TestX+C1+2026")


def test_saving_a_row_keeps_its_odd_key():
    enrollment = factories.EnrollmentFactory()
    _store(enrollment, "course_id", "no key at all")
    row = _reread(enrollment)
    row.mode = "audit"
    row.save()
    assert str(_reread(enrollment).course_id) == "no key at all"
    assert CourseEnrollment.objects.filter(course_id=row.course_id).count() == 1


def test_writing_text_that_is_no_key_is_refused():
    with pytest.raises(InvalidKeyError):
        factories.EnrollmentFactory(course_id="no key at all")
    assert not CourseEnrollment.objects.exists()


def test_asking_for_text_that_is_no_key_is_refused():
    with pytest.raises(InvalidKeyError):
        CourseEnrollment.objects.filter(course_id="no key at all").exists()


def test_an_empty_key_is_none_and_is_stored_as_empty_text():
    agent = factories.support()
    row = CourseAccessRole.objects.get(user=agent)
    assert row.course_id is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT course_id FROM student_courseaccessrole WHERE id = %s", [row.pk])
        assert cursor.fetchone() == ("",)


def test_an_odd_usage_key_is_read_as_it_is():
    module = factories.StudentModuleFactory()
    _store(module, "module_id", "i4x:/broken")
    key = StudentModule.objects.get(pk=module.pk).module_state_key
    assert isinstance(key, UnreadableKey)
    assert str(key) == "i4x:/broken"
