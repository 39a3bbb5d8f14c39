"""A made-up site: two customers, intentions of every kind, and a learner in every status, named after it."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.contrib.auth import get_user_model
from opaque_keys.edx.keys import CourseKey

from console import versions
from console.demo import ADMIN, MANY_COURSES, UNUSABLE, Demo, learners
from console.models import UserProfile
from enrollments.defaults.keys import course_of, kind_of
from enrollments.defaults.models import (
    CatalogMembership,
    CourseEnrollmentHistory,
    DefaultIntention,
    DefaultRealization,
    EnterpriseCatalog,
    EnterpriseCourseEnrollment,
    EnterpriseCustomer,
    EnterpriseCustomerUser,
    EnterpriseEnrollmentSource,
    HistoricalEnterpriseCourseEnrollment,
    HistoricalIntention,
    HistoricalRealization,
    License,
    LicensedEnrollment,
    Origin,
    PendingCustomerUser,
    PendingEnrollment,
    RunFact,
)
from enrollments.models import CourseEnrollment

NAMESPACE = UUID("6ae013d4-c5c4-474d-8da9-0e559b2448e2")
PREFIX = "default."
ACME, GLOBEX = "acme-industries", "globex-bank"
CUSTOMERS = {ACME: "Acme Industries", GLOBEX: "Globex Bank"}
GLOBEX_LEARNERS = 40

DATA_SCIENCE = "course-v1:NorthU+DS101+C12"
WRITING = "course-v1:NorthU+WRIT200+C7"
BIOLOGY, EARLIER_BIOLOGY = "course-v1:Caribe+BIO201+C3", "course-v1:Caribe+BIO201+C2"
CHEMISTRY = "course-v1:NorthU+CHEM120+C4"
PHILOSOPHY = "course-v1:Sofia+PHIL101+C1"
HISTORY = "course-v1:Sofia+HIST150+C9"
NURSING = "course-v1:Caribe+NURS300+SP"
STATISTICS = "course-v1:NorthU+STAT210+C5"

# Customer, content key, and whether it is removed.
INTENTIONS = (
    (ACME, "NorthU+DS101", False),
    (ACME, "Caribe+BIO201", False),
    (ACME, CHEMISTRY, False),
    (ACME, PHILOSOPHY, False),
    (ACME, HISTORY, False),
    (ACME, NURSING, False),
    (ACME, "NorthU+SECRET9", False),
    (ACME, WRITING, True),
    (GLOBEX, STATISTICS, False),
    (GLOBEX, "NorthU+STAT210", False),
    (GLOBEX, "Tsing+DSA", False),
)
# Run, whether it is advertised, whether enrollable.
FACTS = (
    (DATA_SCIENCE, True, True),
    (BIOLOGY, True, True),
    (EARLIER_BIOLOGY, False, False),
    (CHEMISTRY, True, True),
    (HISTORY, True, False),
    ("course-v1:NorthU+SECRET9+C1", False, False),
)
IN_CATALOG = ("NorthU+DS101", "Caribe+BIO201", PHILOSOPHY, HISTORY, NURSING, WRITING)


@dataclass(frozen=True)
class Story:
    """A learner of Acme and what the tables say of them in one run.

    Attributes:
        status: what a page says of this learner; their username ends with it.
        mode: of the platform's enrollment; None when there is none.
        record: columns of the customer's record; None when there is none.
        revoked: whether the license that paid is revoked; None when none paid.
        realized: key of the intention that was realized.
        link: columns of the link to the customer; None when there is none.
        left_by: who ended the enrollment: the learner, or a machine ("").
    """

    status: str
    run: str = DATA_SCIENCE
    mode: str | None = None
    is_active: bool = True
    record: dict | None = None
    revoked: bool | None = None
    realized: str = ""
    link: dict | None = field(default_factory=dict)
    left_by: str = "learner"


GONE = {"unenrolled": True, "saved_for_later": True}
STORIES = (
    Story("removed", WRITING, "verified", record={}, revoked=False, realized=WRITING),
    Story("pending-link", link=None),
    Story("not-linked", link=None),
    Story("unlinked", mode="verified", record={}, revoked=False, link={"linked": False}),
    Story("unlinked-blocked", mode="audit", record={}, link={"linked": False, "is_relinkable": False}),
    Story("licence-record-stale", mode="verified", record={}, revoked=True, realized="NorthU+DS101"),
    Story("realized-active", mode="verified", record={}, revoked=False, realized="NorthU+DS101"),
    Story("enrolled-not-by-default", mode="verified", record={}, revoked=False),
    Story("enrolled-outside", mode="verified"),
    Story("downgraded", mode="audit", record=GONE, revoked=True, realized="NorthU+DS101"),
    Story("audit-upgrade-possible", mode="audit", record={}),
    Story("audit-upgrade-blocked", CHEMISTRY, mode="audit", record={}),
    Story("audit-only", PHILOSOPHY, mode="audit", record={}, realized=PHILOSOPHY),
    Story("left", mode="verified", is_active=False, record=GONE, revoked=True, realized="NorthU+DS101"),
    Story(
        "unenrolled-by-revocation",
        NURSING,
        mode="professional",
        is_active=False,
        record=GONE,
        revoked=True,
        realized=NURSING,
        left_by="",
    ),
    Story("inactive-unexplained", mode="verified", is_active=False, record={}, left_by=""),
    Story("record-without-enrollment", record={}),
    Story("realized-in-another-run", EARLIER_BIOLOGY, "verified", record={}, revoked=False, realized="Caribe+BIO201"),
    Story("record-deleted"),
    Story("other-content", STATISTICS, "verified", record={}, revoked=False, realized="Caribe+BIO201"),
    Story("ready"),
    Story("ready-no-licence"),
)


def load(demo: Demo) -> str:
    """Make customers, intentions, learners in every status, facts and licenses; returns what was made, in words."""
    maker = _Maker(demo)
    for slug, name in CUSTOMERS.items():
        maker.add_customer(slug, name)
    for slug, key, is_removed in INTENTIONS:
        maker.add_intention(slug, key, is_removed=is_removed)
    for story in STORIES:
        maker.tell(story)
    others = learners().exclude(username=MANY_COURSES).exclude(username__startswith=PREFIX).order_by("pk")
    for number, learner in enumerate(others[:GLOBEX_LEARNERS]):
        maker.add_to_globex(learner, number)
    maker.add_facts()
    counts = {"intentions": DefaultIntention, "realizations": DefaultRealization}
    made = ", ".join(f"{model.objects.count()} default enrollment {name}" for name, model in counts.items())
    return f"{len(CUSTOMERS)} customers, {made}"


def uuid_of(name: str) -> UUID:
    """Return the demo's UUID of a thing: the same each time."""
    return uuid5(NAMESPACE, name)


class _Maker:
    def __init__(self, demo):
        self.demo = demo
        self.admin = get_user_model().objects.get(username=ADMIN)
        self.source = EnterpriseEnrollmentSource.objects.filter(slug="customer_admin").first()
        self.customers, self.catalogs, self.intentions = {}, {}, {}

    def dated(self, days):
        moment = self.demo.ago(days)
        return {"created": moment, "modified": moment}

    def add_customer(self, slug, name):
        self.customers[slug] = EnterpriseCustomer.objects.create(
            uuid=uuid_of(slug), slug=slug, name=name, **self.dated(500)
        )
        self.catalogs[slug] = EnterpriseCatalog.objects.create(
            uuid=uuid_of(f"{slug} catalog"),
            title=f"Courses of {name}",
            enterprise_customer=self.customers[slug],
            **self.dated(490),
        )

    def add_intention(self, slug, key, *, is_removed):
        intention = DefaultIntention.objects.create(
            uuid=uuid_of(f"{slug} {key}"),
            enterprise_customer=self.customers[slug],
            content_key=key,
            content_type=kind_of(key),
            **self.dated(120),
        )
        self.keep(HistoricalIntention, intention, versions.CREATED, 120)
        if is_removed:
            intention.is_removed, intention.modified = True, self.demo.ago(8)
            intention.save()
            reason = "Replaced by a course of their own"
            self.keep(HistoricalIntention, intention, versions.CHANGED, 8, reason=reason)
        self.intentions[slug, key] = intention

    def keep(self, history, row, kind, days, **more):
        """Write a version of a row; the admin's, unless `actor` says otherwise."""
        versions.keep(history, [row], kind, moment=self.demo.ago(days), **{"actor": self.admin, **more})

    # --- Learners of Acme ------------------------------------------------------------------------

    def tell(self, story):
        user = self.make_person(story.status)
        customer = self.customers[ACME]
        if story.status == "pending-link":
            pending = PendingCustomerUser.objects.create(
                user_email=user.email, enterprise_customer=customer, **self.dated(3)
            )
            PendingEnrollment.objects.create(
                user=pending, course_id=DATA_SCIENCE, course_mode="verified", source=self.source, **self.dated(3)
            )
        if story.mode is not None:
            self.enroll(user, story)
        if story.link is None:
            return
        link = EnterpriseCustomerUser.objects.create(
            user_id=user.pk, enterprise_customer=customer, **story.link, **self.dated(80)
        )
        if story.record is not None:
            record = self.add_record(link, story.run, story.record)
            self.pay(record, revoked=story.revoked)
            self.realize(record, self.intentions.get((ACME, story.realized)), 60)
        if story.status == "record-deleted":
            self.delete_record(link)
        if story.status == "ready":
            self.give_license(user, License.Status.ACTIVATED)

    def make_person(self, status):
        username = f"{PREFIX}{status}"
        user = get_user_model().objects.create(
            username=username, email=f"{username}@example.com", password=UNUSABLE, date_joined=self.demo.ago(100)
        )
        UserProfile.objects.create(user=user, name=f"Default {status.replace('-', ' ').title()}", country="GB")
        return user

    def enroll(self, user, story):
        enrollment = CourseEnrollment.objects.create(
            user=user, course_id=story.run, mode=story.mode, is_active=story.is_active, created=self.demo.ago(60)
        )
        # As the platform does it: a row that is not enrolled yet, then the enrollment, saved twice.
        steps = [("+", 60, False, "audit", user), ("~", 59.99, True, story.mode, user)]
        steps.append(("~", 59.98, True, story.mode, user))
        if story.revoked and story.is_active and story.mode == "audit":
            steps[1:] = [("~", 59.99, True, "verified", user), ("~", 12, True, "audit", None)]
        if not story.is_active:
            steps.append(("~", 9, False, story.mode, user if story.left_by else None))
        CourseEnrollmentHistory.objects.bulk_create(
            CourseEnrollmentHistory(
                id=enrollment.pk,
                user_id=user.pk,
                course_id=story.run,
                created=enrollment.created,
                history_type=kind,
                history_date=self.demo.ago(days),
                is_active=is_active,
                mode=mode,
                history_user=who,
            )
            for kind, days, is_active, mode, who in steps
        )

    def add_record(self, link, run, columns):
        when = {"unenrolled_at": self.demo.ago(9)} if columns.get("unenrolled") else {}
        record = EnterpriseCourseEnrollment.objects.create(
            enterprise_customer_user=link, course_id=run, source=self.source, **columns, **when, **self.dated(60)
        )
        self.keep(HistoricalEnterpriseCourseEnrollment, record, versions.CREATED, 60, actor=None)
        return record

    def pay(self, record, *, revoked):
        if revoked is None:
            return
        LicensedEnrollment.objects.create(
            uuid=uuid_of(f"fulfilment {record.pk}"),
            license_uuid=uuid_of(f"license {record.enterprise_customer_user_id}"),
            is_revoked=revoked,
            enterprise_course_enrollment=record,
            **self.dated(60),
        )

    def realize(self, record, intention, days):
        if intention is None:
            return None
        realization = DefaultRealization.objects.create(
            intended_enrollment=intention, realized_enrollment=record, **self.dated(days)
        )
        self.keep(HistoricalRealization, realization, versions.CREATED, days, actor=None)
        return realization

    def delete_record(self, link):
        """Leave of a realized enrollment what a hard removal leaves: history alone."""
        record = self.add_record(link, DATA_SCIENCE, {})
        realization = self.realize(record, self.intentions[ACME, "NorthU+DS101"], 60)
        self.keep(HistoricalRealization, realization, versions.DELETED, 20)
        self.keep(HistoricalEnterpriseCourseEnrollment, record, versions.DELETED, 20)
        realization.delete()
        record.delete()

    def give_license(self, user, status):
        License.objects.create(
            license_uuid=uuid_of(f"license of {user.username}"),
            customer_uuid=self.customers[ACME].pk,
            catalog_uuid=self.catalogs[ACME].pk,
            status=status,
            lms_user_id=user.pk,
            user_email=user.email,
            expires=self.demo.ago(-200),
            origin=Origin.IMPORTED,
            fetched_at=self.demo.ago(2),
        )

    # --- Learners of Globex, and facts -----------------------------------------------------------

    def add_to_globex(self, user, number):
        """Link one of the site's other learners; four of five have their default course."""
        link = EnterpriseCustomerUser.objects.create(
            user_id=user.pk, enterprise_customer=self.customers[GLOBEX], **self.dated(70)
        )
        if number % 5 == 4:  # noqa: PLR2004
            return
        CourseEnrollment.objects.get_or_create(
            user=user,
            course_id=CourseKey.from_string(STATISTICS),
            defaults={"mode": "verified", "created": self.demo.ago(40), "is_active": number % 7 != 0},
        )
        record = self.add_record(link, STATISTICS, {})
        self.pay(record, revoked=False)
        self.realize(record, self.intentions[GLOBEX, STATISTICS], 40 - number / 2)

    def add_facts(self):
        """Note what is known of Acme's courses. Of Globex's nothing is: it is estimated or unknown."""
        dated = {"origin": Origin.IMPORTED, "fetched_at": self.demo.ago(2)}
        RunFact.objects.bulk_create(
            RunFact(
                run_key=CourseKey.from_string(key),
                course_key=course_of(key),
                is_advertised=is_advertised,
                is_enrollable=is_enrollable,
                **dated,
            )
            for key, is_advertised, is_enrollable in FACTS
        )
        RunFact.objects.create(
            run_key=CourseKey.from_string(NURSING),
            is_advertised=True,
            is_enrollable=True,
            title="Wound Care for Nurses",
            origin=Origin.ENTERED,
            fetched_at=self.demo.ago(40),
        )
        CatalogMembership.objects.bulk_create(
            CatalogMembership(
                customer_uuid=self.customers[ACME].pk, catalog_uuid=self.catalogs[ACME].pk, content_key=key, **dated
            )
            for key in IN_CATALOG
        )
