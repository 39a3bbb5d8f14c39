"""Rows for tests: predictable, valid as the platform writes them, and nothing that was not asked for.

A factory that belongs to an enrollment (grades, completions, module state, certificates)
takes `enrollment=`; learner and course run come from it.
"""

from datetime import timedelta
from uuid import uuid4

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from console import versions
from console.models import CourseAccessRole, SavedQuery, UserProfile
from enrollments.models import (
    BlockCompletion,
    CatalogMembership,
    CourseEnrollment,
    CourseMode,
    CourseOverview,
    DefaultIntention,
    DefaultRealization,
    EnterpriseCatalog,
    EnterpriseCourseEnrollment,
    EnterpriseCustomer,
    EnterpriseCustomerUser,
    EnterpriseEnrollmentSource,
    GeneratedCertificate,
    LearnerCreditEnrollment,
    License,
    LicensedEnrollment,
    PendingCustomerUser,
    PendingEnrollment,
    PersistentCourseGrade,
    RunFact,
)
from groups.models import (
    CohortContentGroup,
    CohortMembership,
    CourseCohort,
    CourseContent,
    CourseUserGroup,
    GroupMember,
    UnregisteredLearnerCohortAssignment,
)
from resets.models import (
    CourseResetAudit,
    CourseResetCourseOptIn,
    PersistentSubsectionGrade,
    PersistentSubsectionGradeOverride,
    ResetJob,
    StudentModule,
    VisibleBlocks,
)

PASSWORD = "a long enough password"


def days_ago(days: float):
    """Return the moment `days` days before now; a negative number is in the future."""
    return timezone.now() - timedelta(days=days)


class RowFactory(factory.django.DjangoModelFactory):
    """The base of all: rows made after the main one do not save it a second time."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True


# --- People ----------------------------------------------------------------------------------


class ProfileFactory(RowFactory):
    class Meta:
        model = UserProfile

    name = factory.LazyAttribute(lambda row: f"Name of {row.user.username}")


class LearnerFactory(RowFactory):
    """An account with a profile. `profile__name=` is the full name; `profile=None` leaves it out."""

    class Meta:
        model = get_user_model()

    username = factory.Sequence("learner{}".format)
    email = factory.LazyAttribute(lambda row: f"{row.username}@example.com")
    password = factory.django.Password(PASSWORD)
    date_joined = factory.LazyFunction(lambda: days_ago(400))
    profile = factory.RelatedFactory(ProfileFactory, factory_related_name="user")


def support(**user):
    """Return a support agent: a role row with neither organisation nor course, as in the LMS."""
    return _with_role(user, role="support", org="", course_id=None)


def admin_user(**user):
    """Return a superuser, who is global staff as well."""
    return LearnerFactory(**{"is_staff": True, "is_superuser": True, **user})


def course_staff(course_key, role="instructor", **user):
    """Return an `instructor` or `staff` of one run."""
    key = CourseKey.from_string(str(course_key))
    return _with_role(user, role=role, org=key.org, course_id=key)


def org_staff(org, role="staff", **user):
    """Return a `staff` or `instructor` of every run of an organisation."""
    return _with_role(user, role=role, org=org, course_id=None)


def _with_role(user, **row):
    person = LearnerFactory(**user)
    CourseAccessRole.objects.create(user=person, **row)
    return person


class SavedQueryFactory(RowFactory):
    """A private query on the list of resets. Give `owner=`."""

    class Meta:
        model = SavedQuery

    owner = factory.SubFactory(LearnerFactory)
    list_name = "resets:list"
    title = factory.Sequence("Query {}".format)
    text = 'status = "Failed"'
    created = factory.LazyFunction(lambda: days_ago(5))
    modified = factory.LazyFunction(lambda: days_ago(5))


# --- Courses and enrollments -----------------------------------------------------------------


class CourseOverviewFactory(RowFactory):
    """A run that started a month ago and ends in two: a reset is possible by its dates."""

    class Meta:
        model = CourseOverview

    id = factory.Sequence(lambda n: CourseKey.from_string(f"course-v1:TestX+C{n}+2026"))
    created = factory.LazyFunction(lambda: days_ago(90))
    modified = factory.LazyFunction(lambda: days_ago(60))
    location = factory.LazyAttribute(lambda row: row.id.make_usage_key("course", "course"))
    org = factory.LazyAttribute(lambda row: row.id.org)
    display_name = factory.LazyAttribute(lambda row: f"Course {row.id.course}")
    display_number_with_default = factory.LazyAttribute(lambda row: row.id.course)
    display_org_with_default = factory.LazyAttribute(lambda row: row.id.org)
    start = factory.LazyFunction(lambda: days_ago(30))
    end = factory.LazyFunction(lambda: days_ago(-60))


class CourseModeFactory(RowFactory):
    class Meta:
        model = CourseMode

    class Params:
        course = None

    course_id = factory.LazyAttribute(lambda row: (row.course or CourseOverviewFactory()).id)
    mode_slug = "audit"
    mode_display_name = factory.LazyAttribute(lambda row: row.mode_slug.title())


class EnrollmentFactory(RowFactory):
    """An active enrollment of 20 days ago. Give `course=` (an overview) or `course_id=` (a bare key)."""

    class Meta:
        model = CourseEnrollment

    class Params:
        course = None

    user = factory.SubFactory(LearnerFactory)
    course_id = factory.LazyAttribute(lambda row: (row.course or CourseOverviewFactory()).id)
    created = factory.LazyFunction(lambda: days_ago(20))
    mode = "verified"


# --- Default enrollments ---------------------------------------------------------------------


class DatedFactory(RowFactory):
    """The base of rows with `created` and `modified`."""

    class Meta:
        abstract = True

    created = factory.LazyFunction(lambda: days_ago(30))
    modified = factory.SelfAttribute("created")


class CustomerFactory(DatedFactory):
    class Meta:
        model = EnterpriseCustomer

    slug = factory.Sequence("customer-{}".format)
    name = factory.LazyAttribute(lambda row: row.slug.replace("-", " ").title())


class CustomerUserFactory(DatedFactory):
    """A linked learner of a customer. `user=` is the account."""

    class Meta:
        model = EnterpriseCustomerUser

    class Params:
        user = factory.SubFactory(LearnerFactory)

    user_id = factory.LazyAttribute(lambda row: row.user.pk)
    enterprise_customer = factory.SubFactory(CustomerFactory)


class EnterpriseEnrollmentFactory(DatedFactory):
    """A customer's record of an enrollment; the enrollment itself is another row (`EnrollmentFactory`)."""

    class Meta:
        model = EnterpriseCourseEnrollment

    class Params:
        course = None

    enterprise_customer_user = factory.SubFactory(CustomerUserFactory)
    course_id = factory.LazyAttribute(lambda row: (row.course or CourseOverviewFactory()).id)


class LicensedEnrollmentFactory(DatedFactory):
    class Meta:
        model = LicensedEnrollment

    license_uuid = factory.LazyFunction(uuid4)
    enterprise_course_enrollment = factory.SubFactory(EnterpriseEnrollmentFactory)


class LearnerCreditEnrollmentFactory(DatedFactory):
    class Meta:
        model = LearnerCreditEnrollment

    transaction_id = factory.LazyFunction(uuid4)
    enterprise_course_enrollment = factory.SubFactory(EnterpriseEnrollmentFactory)


class IntentionFactory(DatedFactory):
    """An intention for one course run. `content_key="Org+Num", content_type="course"` is one for a course."""

    class Meta:
        model = DefaultIntention

    class Params:
        course = None

    enterprise_customer = factory.SubFactory(CustomerFactory)
    content_key = factory.LazyAttribute(lambda row: str((row.course or CourseOverviewFactory()).id))
    content_type = "course_run"


class RealizationFactory(DatedFactory):
    """An intention realized: by `realized_enrollment=`, or by one in the intention's own run."""

    class Meta:
        model = DefaultRealization

    intended_enrollment = factory.SubFactory(IntentionFactory)
    realized_enrollment = factory.SubFactory(
        EnterpriseEnrollmentFactory,
        course_id=factory.SelfAttribute("..intended_enrollment.content_key"),
        enterprise_customer_user__enterprise_customer=factory.SelfAttribute(
            "...intended_enrollment.enterprise_customer"
        ),
    )


class CatalogFactory(DatedFactory):
    class Meta:
        model = EnterpriseCatalog

    title = factory.Sequence("Catalog {}".format)
    enterprise_customer = factory.SubFactory(CustomerFactory)


class SourceFactory(DatedFactory):
    class Meta:
        model = EnterpriseEnrollmentSource

    slug = factory.Sequence("source-{}".format)
    name = factory.SelfAttribute("slug")


class PendingUserFactory(DatedFactory):
    class Meta:
        model = PendingCustomerUser

    user_email = factory.Sequence("pending{}@example.com".format)
    enterprise_customer = factory.SubFactory(CustomerFactory)


class PendingEnrollmentFactory(DatedFactory):
    class Meta:
        model = PendingEnrollment

    class Params:
        course = None

    user = factory.SubFactory(PendingUserFactory)
    course_id = factory.LazyAttribute(lambda row: (row.course or CourseOverviewFactory()).id)
    course_mode = "verified"


def version_of(row, history):
    """Return a version of a row in its history table, made when the row was."""
    versions.keep(history, [row], versions.CREATED, actor=LearnerFactory(), moment=row.created)
    return history.objects.latest("history_date")


class FactFactory(RowFactory):
    """The base of facts from outside: imported yesterday."""

    class Meta:
        abstract = True

    origin = "imported"
    fetched_at = factory.LazyFunction(lambda: days_ago(1))


class MembershipFactory(FactFactory):
    class Meta:
        model = CatalogMembership

    class Params:
        catalog = factory.SubFactory(CatalogFactory)

    customer_uuid = factory.LazyAttribute(lambda row: row.catalog.enterprise_customer_id)
    catalog_uuid = factory.LazyAttribute(lambda row: row.catalog.pk)
    content_key = factory.Sequence("TestX+C{}".format)


class LicenseFactory(FactFactory):
    """An activated license of `user=`."""

    class Meta:
        model = License

    class Params:
        catalog = factory.SubFactory(CatalogFactory)
        user = factory.SubFactory(LearnerFactory)

    license_uuid = factory.LazyFunction(uuid4)
    customer_uuid = factory.LazyAttribute(lambda row: row.catalog.enterprise_customer_id)
    catalog_uuid = factory.LazyAttribute(lambda row: row.catalog.pk)
    status = "activated"
    lms_user_id = factory.LazyAttribute(lambda row: row.user.pk)
    user_email = factory.LazyAttribute(lambda row: row.user.email)


class RunFactFactory(FactFactory):
    """What an import says of a run: the advertised one of its course, and open."""

    class Meta:
        model = RunFact

    run_key = factory.Sequence(lambda n: CourseKey.from_string(f"course-v1:TestX+F{n}+2026"))
    course_key = factory.LazyAttribute(lambda row: f"{row.run_key.org}+{row.run_key.course}".lower())
    is_advertised = True
    is_enrollable = True


# --- What a learner left in a course ---------------------------------------------------------


class StateFactory(RowFactory):
    """The base of rows per learner and run: `enrollment=` says whose, a fresh one by default."""

    class Meta:
        abstract = True

    class Params:
        enrollment = factory.SubFactory(EnrollmentFactory)

    created = factory.LazyFunction(lambda: days_ago(10))
    modified = factory.LazyFunction(lambda: days_ago(5))


def block_key(course_key, block_type="problem", block_id="block"):
    """Return the usage key of a block of a run."""
    return course_key.make_usage_key(block_type, block_id)


class CourseGradeFactory(StateFactory):
    """A stored course grade; `letter_grade` is empty, that is not passing, unless given."""

    class Meta:
        model = PersistentCourseGrade

    user_id = factory.SelfAttribute("enrollment.user_id")
    course_id = factory.SelfAttribute("enrollment.course_id")
    percent_grade = 0.25
    letter_grade = ""


class BlockCompletionFactory(StateFactory):
    class Meta:
        model = BlockCompletion

    user = factory.SelfAttribute("enrollment.user")
    context_key = factory.SelfAttribute("enrollment.course_id")
    block_type = "problem"
    block_key = factory.LazyAttributeSequence(
        lambda row, n: block_key(row.enrollment.course_id, row.block_type, f"block{n}")
    )
    completion = 1.0


class CertificateFactory(RowFactory):
    class Meta:
        model = GeneratedCertificate

    class Params:
        enrollment = factory.SubFactory(EnrollmentFactory)

    user = factory.SelfAttribute("enrollment.user")
    course_id = factory.SelfAttribute("enrollment.course_id")
    status = "downloadable"
    mode = factory.SelfAttribute("enrollment.mode")
    grade = "0.9"
    name = factory.LazyAttribute(lambda row: row.user.username)
    created_date = factory.LazyFunction(lambda: days_ago(4))
    modified_date = factory.LazyFunction(lambda: days_ago(4))


class StudentModuleFactory(StateFactory):
    """State in one block; `module_type="sequential"` and the like make a container's position."""

    class Meta:
        model = StudentModule

    student = factory.SelfAttribute("enrollment.user")
    course_id = factory.SelfAttribute("enrollment.course_id")
    module_type = "problem"
    module_state_key = factory.LazyAttributeSequence(
        lambda row, n: block_key(row.enrollment.course_id, row.module_type, f"module{n}")
    )
    state = '{"attempts": 1}'


class VisibleBlocksFactory(RowFactory):
    class Meta:
        model = VisibleBlocks

    class Params:
        course = None

    course_id = factory.LazyAttribute(lambda row: (row.course or CourseOverviewFactory()).id)
    hashed = factory.Sequence("hash{}".format)
    blocks_json = "{}"


class SubsectionGradeFactory(StateFactory):
    """A stored subsection grade with a block list of its own."""

    class Meta:
        model = PersistentSubsectionGrade

    user_id = factory.SelfAttribute("enrollment.user_id")
    course_id = factory.SelfAttribute("enrollment.course_id")
    usage_key = factory.LazyAttributeSequence(
        lambda row, n: block_key(row.enrollment.course_id, "sequential", f"subsection{n}")
    )
    earned_all = earned_graded = 1.0
    possible_all = possible_graded = 2.0
    visible_blocks = factory.SubFactory(VisibleBlocksFactory, course_id=factory.SelfAttribute("..course_id"))


class OverrideFactory(RowFactory):
    """A grade set by hand on `grade=`, a subsection grade."""

    class Meta:
        model = PersistentSubsectionGradeOverride

    grade = factory.SubFactory(SubsectionGradeFactory)
    created = factory.LazyFunction(lambda: days_ago(3))
    modified = factory.LazyFunction(lambda: days_ago(3))
    earned_all_override = earned_graded_override = 2.0
    possible_all_override = possible_graded_override = 2.0
    override_reason = "Regraded by hand"
    system = "GRADEBOOK"


# --- Resets ----------------------------------------------------------------------------------


class OptInFactory(RowFactory):
    """An active opt-in. Give `course=` (an overview) or `course_id=` (a bare key)."""

    class Meta:
        model = CourseResetCourseOptIn
        django_get_or_create = ("course_id",)

    class Params:
        course = None

    course_id = factory.LazyAttribute(lambda row: (row.course or CourseOverviewFactory()).id)
    created = factory.LazyFunction(lambda: days_ago(50))
    modified = factory.LazyFunction(lambda: days_ago(50))
    active = True


class JobFactory(RowFactory):
    class Meta:
        model = ResetJob

    rung_at = factory.LazyFunction(timezone.now)


class AuditFactory(RowFactory):
    """A reset of `course_enrollment=`, enqueued, with Lectern's job; `job=None` is one of the LMS's own tool."""

    class Meta:
        model = CourseResetAudit

    course_enrollment = factory.SubFactory(EnrollmentFactory)
    course = factory.SubFactory(OptInFactory, course_id=factory.SelfAttribute("..course_enrollment.course_id"))
    reset_by = factory.LazyFunction(support)
    created = factory.LazyFunction(timezone.now)
    modified = factory.SelfAttribute("created")
    status = CourseResetAudit.Status.ENQUEUED
    comment = "Asked for by the learner"
    job = factory.RelatedFactory(JobFactory, factory_related_name="audit")


# --- Groups ----------------------------------------------------------------------------------


class CohortFactory(RowFactory):
    """A cohort with its assignment type, as the LMS makes both."""

    class Meta:
        model = CourseUserGroup

    name = factory.Sequence(lambda n: f"Cohort {n}")
    course_id = factory.LazyFunction(lambda: CourseKey.from_string("course-v1:MineX+M1+2026"))
    group_type = CourseUserGroup.Type.COHORT

    @factory.post_generation
    def assignment_type(self, create, given, **kwargs):
        CourseCohort.objects.create(course_user_group=self, assignment_type=given or "manual")


def join_cohort(cohort, user):
    """Put a learner into a cohort, in both membership tables."""
    GroupMember.objects.create(courseusergroup=cohort, user=user)
    return CohortMembership.objects.create(course_user_group=cohort, user=user, course_id=cohort.course_id)


def link(cohort, partition_id, group_id):
    """Link a cohort to a content group, by the ids of its content."""
    now = timezone.now()
    return CohortContentGroup.objects.create(
        course_user_group=cohort, partition_id=partition_id, group_id=group_id, created_at=now, updated_at=now
    )


def preassign(cohort, email):
    """Let an e-mail address without an account wait for a cohort."""
    return UnregisteredLearnerCohortAssignment.objects.create(
        course_user_group=cohort, course_id=cohort.course_id, email=email
    )


def imported(course_key, **content):
    """Return the content of a run after its first import, without any block or partition."""
    return CourseContent.objects.create(course_id=course_key, imported_at=days_ago(1), **content)
