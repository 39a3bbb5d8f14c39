"""Default enrollments: realizations by query, statuses of a customer's learners, preview, realizing, export.

A page is compared with a stock admin that filters by the same condition, and with the bare SQL of
its rows, which has no page around it. What `state` says a stock admin cannot be asked; it is asked
instead for `unenrolled`, an indexed column of the record that is there already. Of intentions it counts
the realizations by state, as our list does. Half of the learners
belong to one customer: theirs are the statuses, the preview and the realizing.

The size of a large site: `--learners 1000000 --realizations 1000000`, five million enrollments.
"""

import argparse
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from console.demo import ADMIN
from enrollments.defaults.content import resolve
from enrollments.defaults.learners.tally import forget, learners_of, tally
from enrollments.defaults.models import DefaultIntention, DefaultRealization
from enrollments.defaults.realizing import actions, run
from enrollments.defaults.realizing.models import RealizePlan
from enrollments.defaults.realizing.plan import make_draft
from enrollments.models import CourseEnrollment
from tests.benchmarks import _realizations
from tests.benchmarks._measure import Comparison, database, report, say, side_by_side, stopwatch
from tests.benchmarks._urls import ROWS
from tests.benchmarks.pages import STOCK, Visitor
from tests.benchmarks.queries import exported, peak

LIST = "/enrollments/realizations/?"
STOCK_LIST = "/stock/lectern_enrollments/defaultrealization/?"
STOCK_USERS = "/stock/lectern_enrollments/enterprisecustomeruser/?"
INTENTIONS, STOCK_INTENTIONS = "/enrollments/intentions/", "/stock/lectern_enrollments/defaultintention/"
EXPORTED, REALIZED = 100_000, 2000
JOINS = (
    " FROM enterprise_defaultenterpriseenrollmentrealization d"
    " JOIN enterprise_defaultenterpriseenrollmentintention i ON i.uuid = d.intended_enrollment_id"
    " JOIN enterprise_enterprisecourseenrollment r ON r.id = d.realized_enrollment_id"
    " JOIN enterprise_enterprisecustomeruser l ON l.id = r.enterprise_customer_user_id"
    " LEFT JOIN auth_user u ON u.id = l.user_id"
    " LEFT JOIN student_courseenrollment e ON e.user_id = l.user_id AND e.course_id = r.course_id"
)
COLUMNS = "SELECT d.id, u.username, i.content_key, r.course_id, e.mode, e.is_active, d.created"
REVOKED = (
    "EXISTS (SELECT 1 FROM enterprise_licensedenterprisecourseenrollment p"
    " WHERE p.enterprise_course_enrollment_id = r.id AND p.is_revoked)"
)
# The customer's learners by what is stored of them in a run: a status needs much more than this.
GROUPED = (
    "SELECT e.mode, e.is_active, COUNT(*) FROM enterprise_enterprisecustomeruser l"
    " LEFT JOIN student_courseenrollment e ON e.user_id = l.user_id AND e.course_id = %s"
    " WHERE l.enterprise_customer_id = %s GROUP BY e.mode, e.is_active"
)


@dataclass(frozen=True)
class Question:
    """One question: in DjangoQL, in the address of a stock admin, and as a condition in SQL."""

    text: str
    stock: dict[str, str]
    sql: str


def main() -> None:
    """Load the data, time everything, print the tables."""
    given = options()
    with database(max(given.learners, _realizations.learners_for(given.realizations))):
        say("Adding customers, their learners, enterprise enrollments and realizations ...")
        customer = _realizations.grow(given.realizations)
        # Not cut off, so that the slow ones are measured as well.
        settings.LECTERN_QUERY_SECONDS = 600
        say(f"{DefaultRealization.objects.count():,} realizations, {CourseEnrollment.objects.count():,} enrollments.")
        visitor, intention = Visitor(given.runs), open_intention(customer)
        report("Realizations", [line for question in questions(intention) for line in pages(visitor, question)])
        report("One intention", intention_pages(visitor, intention))
        export(visitor, min(DefaultRealization.objects.count(), EXPORTED))
        realizing(intention)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--realizations", type=int, default=20_000, help="how many; each learner has five")
    parser.add_argument("--learners", type=int, default=0, help="in all, with five enrollments each; others have none")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each thing, after a warm-up")
    return parser.parse_args()


def open_intention(customer) -> DefaultIntention:
    """Return the customer's first intention of a run that learners can be enrolled in with a mode."""
    intentions = list(DefaultIntention.objects.filter(enterprise_customer=customer).order_by("content_key"))
    contents = resolve(intentions, timezone.now())
    return next(each for each in intentions if contents[each.pk].is_enrollable and contents[each.pk].mode.unexpired)


# --- Pages -----------------------------------------------------------------------------------


def questions(intention) -> list[Question]:
    """Return the list as it opens, and questions with few, many and very many answers."""
    realized = DefaultRealization.objects.latest("pk").realized_enrollment
    learner, key = realized.enterprise_customer_user.user.username, intention.content_key
    record, intended = "realized_enrollment", "intended_enrollment"
    return [
        Question("", {}, "1 = 1"),
        Question(
            f'learner = "{learner}"',
            {f"{record}__enterprise_customer_user__user__username__exact": learner},
            f"u.username = '{learner}'",
        ),
        Question(f'content_key = "{key}"', {f"{intended}__content_key__exact": key}, f"i.content_key = '{key}'"),
        Question('state = "left"', {f"{record}__unenrolled__exact": "1"}, "NOT e.is_active"),
        Question("is_revoked = True", {f"{record}__licensed_with__is_revoked__exact": "1"}, REVOKED),
        Question('realized > "2020"', {"created__gte": "2021-01-01 00:00+00:00"}, "d.created >= '2021-01-01'"),
        Question(
            'content_key ~ "nothing"',
            {f"{intended}__content_key__icontains": "nothing"},
            "i.content_key LIKE '%nothing%'",
        ),
    ]


def pages(visitor: Visitor, question: Question) -> list[Comparison]:
    """Compare the first page with a stock admin's and with the bare rows."""
    name = question.text or "no query"
    ours = LIST + urlencode({"ql": question.text} if question.text else {})
    bare = side_by_side(lambda: visitor.open(ours), lambda: stopwatch(first_rows, question.sql), runs=visitor.runs)
    return [
        visitor.compare(f"{name} : stock admin", ours, STOCK_LIST + urlencode(question.stock), STOCK),
        Comparison(f"{name} : bare SQL, no page", *bare),
    ]


def first_rows(condition: str) -> list[tuple]:
    """Return the latest rows under a condition."""
    with connection.cursor() as cursor:
        cursor.execute(f"{COLUMNS}{JOINS} WHERE {condition} ORDER BY d.id DESC LIMIT {ROWS}")
        return cursor.fetchall()


def intention_pages(visitor: Visitor, intention) -> list[Comparison]:
    """Compare an intention's own page, its learners and their tally."""
    address = f"/enrollments/intentions/{intention.pk}/"
    stock = STOCK_USERS + urlencode({"enterprise_customer__uuid__exact": intention.enterprise_customer_id})
    counted = side_by_side(
        lambda: stopwatch(fresh_tally, intention), lambda: stopwatch(grouped, intention), runs=visitor.runs
    )
    learners, most = learners_of(intention).count(), peak(lambda: fresh_tally(intention))
    say(
        f"A customer with {learners:,} learners: all statuses of an intention in {counted[0]:.2f} s,"
        f" {learners / counted[0]:,.0f} a second, at most {most / 1e6:.1f} MB more memory."
    )
    fresh_tally(intention)
    return [
        visitor.compare("intention : stock admin, its learners", address, stock, STOCK),
        visitor.compare(
            "all intentions : stock admin, same counts", "/enrollments/intentions/", STOCK_INTENTIONS, STOCK
        ),
        visitor.compare("learners by status, a page : stock admin", f"{address}learners/", stock, STOCK),
        visitor.compare("those ready, a page : stock admin", f"{address}learners/?status=ready", stock, STOCK),
        visitor.compare("those realized, a page : stock admin", f"{address}learners/?status=realized", stock, STOCK),
        Comparison("tally of all statuses : bare GROUP BY", *counted),
    ]


def fresh_tally(intention) -> None:
    forget(intention)
    tally(intention, resolve([intention], timezone.now())[intention.pk])


def grouped(intention) -> list[tuple]:
    """Count the customer's learners by mode and activity."""
    uuid = DefaultIntention._meta.get_field("uuid").get_db_prep_value(intention.enterprise_customer_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(GROUPED, [intention.content_key, uuid])
        return cursor.fetchall()


# --- Export ----------------------------------------------------------------------------------


def export(visitor: Visitor, rows: int) -> None:
    """Compare the export with a cursor, and say how fast and how large it gets."""
    settings.LECTERN_EXPORT_ROWS = rows
    way = exporting(visitor, rows)
    ours, bare = stopwatch(way), stopwatch(by_cursor, rows)
    say(f"Export: {rows / ours:,.0f} rows/s, at most {peak(way) / 1e6:,.1f} MB more memory.")
    report("Streamed export", [Comparison(f"{rows:,} rows : bare cursor and csv", ours, bare)])


def exporting(visitor: Visitor, rows: int) -> Callable[[], None]:
    return lambda: exported(visitor, LIST + urlencode({"ql": "id > 0", "_export": "csv"}), rows)


def by_cursor(rows: int) -> None:
    """Write the same rows as CSV from one cursor."""
    file = io.StringIO()
    with connection.cursor() as cursor:
        cursor.execute(f"{COLUMNS}{JOINS} ORDER BY d.id DESC LIMIT {rows}")
        csv.writer(file).writerows(cursor)


# --- Realizing -------------------------------------------------------------------------------


def realizing(intention) -> None:
    """Say how many learners a second are checked for a plan, and how many are enrolled by it."""
    actor = get_user_model().objects.get(username=ADMIN)
    whole = stopwatch(lambda: draft(intention, actor))
    checked = RealizePlan.objects.latest("pk")
    most = peak(lambda: draft(intention, actor))
    say(
        f"Preview: {checked.items.count() / whole:,.0f} learners a second (of {checked.items.count():,}),"
        f" at most {most / 1e6:.1f} MB more memory."
    )
    waiting = checked.items.filter(verdict="enroll").values_list("user_id", flat=True)[:REALIZED]
    plan = draft(intention, actor, user_ids=list(waiting))
    actions.confirm(plan.pk, actor)
    seconds = stopwatch(carry_out, plan)
    done = plan.items.filter(state="done").count()
    if done != plan.items.count():
        raise RuntimeError(f"{done} of {plan.items.count()} learners were realized")
    say(f"Realize: {done / seconds:,.0f} learners a second by one worker ({done:,} enrolled).")


def draft(intention, actor, user_ids=None) -> RealizePlan:
    return make_draft(intention_uuid=intention.pk, actor=actor, memo="Benchmark", user_ids=user_ids)


def carry_out(plan) -> None:
    while run.work(plan.pk, worker="bench"):
        pass


if __name__ == "__main__":
    main()
