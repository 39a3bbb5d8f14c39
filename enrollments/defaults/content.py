"""What an intention leads to: its course run, whether learners can enroll there, in which mode.

The original asks other services and fails where they do; here nothing does. What is not known is
said to be unknown, and where it comes from and how old it is stands beside everything else.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Lower
from opaque_keys.edx.keys import CourseKey

from enrollments.defaults.keys import Kind, course_of, kind_of, run_key_of
from enrollments.defaults.models import CatalogMembership, DefaultIntention
from enrollments.defaults.modes import BestMode, best_modes
from enrollments.defaults.runs import CourseRuns, Run, runs_of


@dataclass(frozen=True)
class Content:
    """What is known of an intention's content.

    Attributes:
        kind: course or course run; None for a key that is neither.
        course: the course, in lower case (`keys.course_of`).
        run: for a course its advertised run, for a run the run itself, known or not.
        problem: a sentence why there is no `run`; empty when there is one.
        runs: everything that is known of the course.
        mode: the best mode of the run; None without a run.
        catalogs: the customer's catalogs with this run or its course; None when its catalogs are not known.
    """

    kind: Kind | None
    course: str
    run: Run | None
    problem: str
    runs: CourseRuns
    mode: BestMode | None
    catalogs: frozenset[UUID] | None

    @property
    def is_enrollable(self) -> bool | None:
        """Whether learners can enroll in the run now; None when that is not known."""
        if self.run:
            return self.run.is_enrollable
        is_unheard_of = self.kind is not None and not self.runs.runs
        return None if is_unheard_of else False

    @property
    def why_not(self) -> str:
        """Why they cannot, or why that is not known, as a sentence."""
        return self.run.why_not if self.run else self.problem


def resolve(intentions: Iterable[DefaultIntention], now: datetime) -> dict[UUID, Content]:
    """Return the content of each intention by its uuid, with five queries for all of them."""
    intentions = list(intentions)
    runs = _runs(intentions, now)
    chosen = {each.pk: _choose(each.content_key, runs) for each in intentions}
    modes = best_modes([run.key for run, _ in chosen.values() if run], now)
    catalogs = _catalogs(intentions, chosen)
    return {
        each.pk: Content(
            kind=kind_of(each.content_key),
            course=course_of(each.content_key),
            run=run,
            problem=problem,
            runs=runs.get(course_of(each.content_key), CourseRuns()),
            mode=modes[run.key] if run else None,
            catalogs=catalogs[each.pk],
        )
        for each in intentions
        for run, problem in [chosen[each.pk]]
    }


def lead(intentions: Iterable[DefaultIntention], now: datetime) -> dict[UUID, CourseKey | None]:
    """Return the key of the run that each intention leads to, by its uuid; what is known of the run is not asked."""
    intentions = list(intentions)
    runs = _runs([each for each in intentions if kind_of(each.content_key) == Kind.COURSE], now)
    return {each.pk: _key_of(each.content_key, runs) for each in intentions}


def _key_of(content_key, runs):
    if kind_of(content_key) == Kind.RUN:
        return run_key_of(content_key)
    run, _ = _choose(content_key, runs)
    return run and run.key


def _runs(intentions, now):
    return runs_of({course_of(each.content_key) for each in intentions if kind_of(each.content_key)}, now)


def _choose(content_key, runs):
    """Return the run that a key leads to, and why none."""
    kind = kind_of(content_key)
    if kind is None:
        return None, "The key is neither one of a course (Org+Number) nor of a course run."
    course = runs[course_of(content_key)]
    if kind == Kind.RUN:
        return course.find(run_key_of(content_key)), ""
    return course.advertised, course.problem


def _catalogs(intentions, chosen):
    """Return the catalogs that contain the content: by its run, by its course, or by its own key."""
    wanted = {each.pk: _names(each, chosen[each.pk][0]) for each in intentions}
    customers = {each.enterprise_customer_id for each in intentions}
    of_customers = CatalogMembership.objects.filter(customer_uuid__in=customers)
    known = set(of_customers.values_list("customer_uuid", flat=True).distinct())
    found = defaultdict(set)
    rows = of_customers.annotate(name=Lower("content_key")).filter(name__in=set().union(*wanted.values()))
    for customer, name, catalog in rows.values_list("customer_uuid", "name", "catalog_uuid"):
        found[customer, name].add(catalog)
    return {
        each.pk: frozenset().union(*(found[each.enterprise_customer_id, name] for name in wanted[each.pk]))
        if each.enterprise_customer_id in known
        else None
        for each in intentions
    }


def _names(intention, run):
    """Return the keys under which a catalog may list the content, in lower case."""
    names = {course_of(intention.content_key)}
    return names | {str(run.key).lower()} if run else names
