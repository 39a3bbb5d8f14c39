"""What resets add to the shared pages: navigation, learner tab, table columns, home card."""

import django_filters as filters
from django.urls import reverse
from django.utils.html import format_html

from console import cards, health, html, learner_history, learners, metrics, navigation
from console.platform import features, register_tables
from console.platform.detachment import register_unfinished
from console.query_fields import Text
from console.rules import Permission as ConsolePermission
from enrollments import columns
from resets import cards as reset_cards
from resets import metrics as reset_metrics
from resets import owners, sweeper
from resets.eligibility import ResetStatus, with_reset_status
from resets.learner_history import events
from resets.models import RESET_TABLES, CourseResetAudit, ResetJob
from resets.rules import Permission
from resets.tables import ResetActionColumn, ResetStatusColumn, decorate

OPEN_STATES = (CourseResetAudit.Status.ENQUEUED, CourseResetAudit.Status.IN_PROGRESS)


def register() -> None:
    """Fill the registries of the lower floors (called once, by `AppConfig.ready`)."""
    navigation.register(navigation.NavItem("Resets", "resets:list", Permission.VIEW, "rotate", order=40, shortcut="r"))
    navigation.register(
        navigation.NavItem(
            "Reset coverage", "resets:coverage", ConsolePermission.ADMINISTER, "shield", order=95, section="admin"
        )
    )
    learners.register_tab(
        learners.LearnerTab(
            slug="resets", label="Resets", url_name="resets:learner", order=20, count=_count, needs=RESET_TABLES
        )
    )
    learners.register_mark(running)
    learner_history.register(learner_history.Source(events, needs=RESET_TABLES))
    columns.register(
        columns.EnrollmentColumns(
            columns=(("reset_status", ResetStatusColumn()), ("reset_action", ResetActionColumn())),
            annotate=with_reset_status,
            decorate=decorate,
            filters=_filters,
            query_fields=(Text(name="reset_status", codes=ResetStatus.values),),
            needs=RESET_TABLES,
        )
    )
    cards.register(cards.Card("resets/_attention.html", reset_cards.attention, order=20, needs=RESET_TABLES))
    cards.register(cards.Card("resets/_per_day.html", reset_cards.per_day, order=30, needs=RESET_TABLES))
    register_tables(owners.table_uses)
    register_unfinished("resets", _unfinished)
    health.register("resets", sweeper.nothing_is_stuck)
    metrics.register(reset_metrics.collect)


def _count(learner, viewer):
    return CourseResetAudit.objects.visible_to(viewer).filter(course_enrollment__user=learner).count()


def running(learner, viewer):
    """Return a badge that leads to the learner's resets while some of them wait or run; None otherwise."""
    if not features.has(*RESET_TABLES):
        return None
    audits = CourseResetAudit.objects.visible_to(viewer).filter(course_enrollment__user=learner)
    number = audits.filter(status__in=OPEN_STATES).count()
    if not number:
        return None
    badge = html.badge("info", f"{number} reset{'' if number == 1 else 's'} running", "loader")
    return format_html('<a href="{}">{}</a>', reverse("resets:learner", args=[learner.get_username()]), badge)


def _unfinished():
    """Return how many resets of ours wait or run; without their tables there is none."""
    if not features.has(*RESET_TABLES):
        return 0
    return ResetJob.objects.filter(audit__status__in=OPEN_STATES).count()


def _filters():
    return {
        "reset": filters.ChoiceFilter(
            label="Reset", field_name="reset_status", choices=ResetStatus.choices, empty_label="Any"
        )
    }
