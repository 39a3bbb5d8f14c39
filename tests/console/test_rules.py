"""Roles: what a row of `student_courseaccessrole` gives, and what it does not."""

import pytest
from django.contrib.auth.models import AnonymousUser
from opaque_keys.edx.keys import CourseKey

from console.fields import UnreadableKey
from console.models import CourseAccessRole
from console.rules import NOBODY, Permission, roles_of
from enrollments.models import CourseEnrollment
from resets.models import CourseResetAudit
from tests import factories

pytestmark = pytest.mark.django_db

RUN = CourseKey.from_string("course-v1:TestX+C1+2026")
OTHER_RUN = CourseKey.from_string("course-v1:TestX+C2+2026")


def _person(role, org="", course_id=None, **user):
    person = factories.LearnerFactory(**user)
    CourseAccessRole.objects.create(user=person, role=role, org=org, course_id=course_id)
    return person


def _permissions(user):
    return {permission for permission in Permission if user.has_perm(permission)}


def test_a_learner_may_do_nothing():
    assert _permissions(factories.LearnerFactory()) == set()


@pytest.mark.parametrize("facts", [{"is_active": False}, {"username": "retired__user_1a2b"}])
def test_an_account_that_is_inactive_or_retired_may_do_nothing(facts):
    assert _permissions(factories.LearnerFactory(is_staff=True, **facts)) == set()


def test_nobody_signed_in_may_do_nothing():
    assert roles_of(AnonymousUser()) == NOBODY
    assert not CourseEnrollment.objects.visible_to(AnonymousUser()).exists()


def test_support_needs_a_row_without_organisation_and_course():
    assert _permissions(factories.support()) == {Permission.USE_CONSOLE, Permission.VIEW_LEARNERS}


@pytest.mark.parametrize(("org", "course_id"), [("TestX", None), ("TestX", RUN), ("", RUN)])
def test_a_support_row_of_a_part_of_the_site_gives_nothing(org, course_id):
    assert _permissions(_person("support", org, course_id)) == set()


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_global_staff_and_superusers_are_admins(flag):
    assert _permissions(factories.LearnerFactory(**{flag: True})) == set(Permission)


@pytest.mark.parametrize("make", [factories.support, factories.admin_user])
def test_an_inactive_person_has_no_role(make):
    person = make(is_active=False)
    assert roles_of(person) == NOBODY
    assert _permissions(person) == set()


def test_course_staff_without_support_does_not_see_all_learners():
    assert _permissions(factories.course_staff(RUN)) == {Permission.USE_CONSOLE}


@pytest.mark.parametrize("role", ["beta_testers", "finance_admin", "library_user", "data_researcher", "Instructor "])
def test_roles_that_lectern_does_not_know_give_nothing(role):
    assert _permissions(_person(role, "TestX", RUN)) == set()


@pytest.mark.parametrize("role", ["instructor", "staff"])
def test_course_staff_is_staff_of_that_run_only(role):
    roles = roles_of(factories.course_staff(RUN, role))
    assert roles.is_course_staff(RUN)
    assert not roles.is_course_staff(OTHER_RUN)


def test_an_organisations_staff_is_staff_of_all_its_runs():
    roles = roles_of(factories.org_staff("TestX"))
    assert roles.is_course_staff(RUN)
    assert roles.is_course_staff(CourseKey.from_string("TestX/Old/2013"))
    assert not roles.is_course_staff(CourseKey.from_string("course-v1:TestXY+C1+2026"))


def _runs_seen_by(person):
    return {str(key) for key in CourseEnrollment.objects.visible_to(person).values_list("course_id", flat=True)}


def _enroll(*keys):
    for key in keys:
        factories.EnrollmentFactory(course_id=key)


def test_lists_show_course_staff_their_own_runs():
    _enroll(str(RUN), str(OTHER_RUN))
    assert _runs_seen_by(factories.course_staff(RUN)) == {str(RUN)}


def test_lists_show_an_organisations_staff_all_kinds_of_its_keys_and_no_neighbours():
    own = {"course-v1:Test_X+C1+2026", "Test_X/Old/2013", UnreadableKey("ccx-v1:Test_X+C1+2026+ccx@7")}
    _enroll(*own, "course-v1:Test_XY+C1+2026", "course-v1:TestAX+C1+2026", "Other/Test_X/2013")
    assert _runs_seen_by(factories.org_staff("Test_X")) == own


def test_lists_show_support_everything_and_a_learner_nothing():
    _enroll(str(RUN), "course-v1:Other+C1+2026")
    assert len(_runs_seen_by(factories.support())) == 2
    assert _runs_seen_by(factories.LearnerFactory()) == set()


def test_a_course_row_without_its_organisation_is_still_of_that_run_only():
    roles = roles_of(_person("instructor", "", RUN))
    assert roles.is_course_staff(RUN)
    assert not roles.is_course_staff(OTHER_RUN)


def test_an_odd_key_in_a_role_row_gives_no_other_run():
    roles = roles_of(_person("instructor", "TestX", UnreadableKey("TestX, all courses")))
    assert not roles.is_course_staff(RUN)


@pytest.mark.parametrize("org", ["TestX", "testx", "TESTX"])
def test_lists_and_single_objects_agree_on_the_letter_case_of_an_organisation(org):
    _enroll(str(RUN))
    person = factories.org_staff(org)
    assert roles_of(person).is_course_staff(RUN) is (str(RUN) in _runs_seen_by(person))


def test_resets_are_scoped_by_the_run_of_their_enrollment():
    audit = factories.AuditFactory(course_enrollment__course_id=RUN)
    factories.AuditFactory(course_enrollment__course_id=OTHER_RUN)
    seen = CourseResetAudit.objects.visible_to(factories.course_staff(RUN))
    assert list(seen) == [audit]
    assert not CourseResetAudit.objects.visible_to(factories.LearnerFactory()).exists()
