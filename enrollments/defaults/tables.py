"""Tables of intentions and of realizations."""

import itertools

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from console import html
from console.rules import Permission
from console.tables import COUNT_CAP, MomentColumn, ShownColumn, Table, export_column
from enrollments.defaults.content import Content, lead, resolve
from enrollments.defaults.keys import Kind
from enrollments.defaults.models import DefaultIntention, DefaultRealization, Origin
from enrollments.defaults.querysets import CUSTOMER_USER, ENROLLMENT, RealizationState
from enrollments.defaults.runs import Run

STATE_BADGES = {
    RealizationState.ACTIVE: ("success", "check"),
    RealizationState.DOWNGRADED: ("warning", "chevron-down"),
    RealizationState.LEFT: ("neutral", "log-out"),
    RealizationState.MISSING: ("danger", "alert"),
}

INTENDED, USERNAME = "intended_enrollment", f"{CUSTOMER_USER}__user__username"


def state_badge(state: str):
    """Return what became of a realized enrollment as a badge."""
    tone, icon = STATE_BADGES[RealizationState(state)]
    return html.badge(tone, RealizationState(state).label, icon)


def countable(totals: dict) -> list:
    """Return the intentions whose realizations can be counted by state, of these with their numbers.

    Each realization is looked at for it: all of them together are no more than any list counts.
    """
    sums = itertools.accumulate(sorted(totals.values()))
    by_total = sorted(totals, key=totals.get)
    return [key for key, sum_so_far in zip(by_total, sums, strict=True) if sum_so_far <= COUNT_CAP]


def source_note(run: Run | None):
    """Return where a fact about a run comes from and how old it is, in small type."""
    if run is None or run.origin is None:
        return format_html('<span class="small muted">{}</span>', "Nothing is known")
    if run.origin == Origin.ESTIMATED:
        return format_html('<span class="small muted">{}</span>', "Estimated from the course overview")
    return format_html('<span class="small muted">{} {}</span>', run.origin.label, html.ago(run.fetched_at))


def enrollable_badge(content: Content):
    """Return whether learners can enroll, as a badge: yes, no or unknown."""
    if content.is_enrollable:
        return html.badge("success", "Enrollable")
    if content.is_enrollable is None:
        return html.badge("neutral", "Unknown", "info")
    return html.badge("warning", "Not enrollable", "ban")


def intention_link(content_key, pk):
    """Return a content key that leads to its intention."""
    address = reverse("enrollments:intention", args=[pk])
    return format_html('<a class="mono" href="{}">{}</a>', address, html.breakable(content_key))


class IntentionTable(Table):
    """Intentions, the newest first."""

    content_key = tables.Column(verbose_name="Content")
    customer = tables.Column(order_by="customer")
    run = ShownColumn(verbose_name="Course run", orderable=False)
    enrollable = ShownColumn(verbose_name="Enrollable", orderable=False)
    learners = ShownColumn(verbose_name="Learners", orderable=False, attrs={"td": {"class": "small nowrap"}})
    state = tables.Column(accessor="is_removed", verbose_name="State")
    modified = MomentColumn(verbose_name="Changed")
    uuid = export_column(verbose_name="UUID")
    kind = export_column()
    course_run = export_column(accessor="pk", orderable=False, verbose_name="Course run")
    is_enrollable = export_column(accessor="pk", orderable=False, verbose_name="Enrollable")
    why_not = export_column(accessor="pk", orderable=False, verbose_name="Why not")
    source = export_column(accessor="pk", orderable=False, verbose_name="Source")
    best_mode = export_column(accessor="pk", orderable=False, verbose_name="Best mode")
    realized = export_column(accessor="pk", orderable=False)
    title_column = "content_key"

    class Meta(Table.Meta):
        model = DefaultIntention
        fields = ()
        order_by = ("-modified",)
        row_attrs = {"class": lambda record: "is-inactive" if record.is_removed else ""}

    def decorate(self, rows):
        """Resolve the content of a page's intentions, and count their learners."""
        contents = resolve(rows, timezone.now())
        realizations = DefaultRealization.objects.filter(intended_enrollment__in=[row.pk for row in rows])
        totals = realizations.per_intention()
        few = countable(totals)
        states = realizations.filter(intended_enrollment__in=few).states_per_intention()
        for row in rows:
            row.content, row.total = contents[row.pk], totals.get(row.pk, 0)
            row.states = {state: states.get((row.pk, state), 0) for state in RealizationState} if row.pk in few else {}

    def render_content_key(self, record):
        return format_html(
            '{}<br><span class="small muted">{}</span>',
            intention_link(record.content_key, record.pk),
            _kind_word(record.kind),
        )

    def value_content_key(self, value):
        return value

    def value_kind(self, record):
        return _kind_word(record.kind)

    def render_run(self, record):
        run = record.content.run
        if run is None:
            return format_html('<span class="muted">{}</span>', "No course run")
        if not _differ(record.content_key, run.key):
            return run.title or format_html('<span class="muted">{}</span>', "The run itself")
        key = html.breakable(run.key)
        return format_html('<span class="mono">{}</span><br><span class="small muted">{}</span>', key, run.title)

    def render_enrollable(self, record):
        content = record.content
        why = format_html('<br><span class="small muted">{}</span>', content.why_not) if content.why_not else ""
        source = format_html("<br>{}", source_note(content.run)) if content.run else ""
        return format_html("{}{}{}", enrollable_badge(content), why, source)

    def render_learners(self, record):
        if not record.total:
            return format_html('<span class="muted">{}</span>', "None realized")
        address = f"{reverse('enrollments:realizations')}?ql=intention+%3D+%22{record.pk}%22"
        total = format_html('<a href="{}">{} realized</a>', address, f"{record.total:,}")
        counted = [(f"{count:,}", state.label.lower()) for state, count in record.states.items() if count]
        return format_html("{}{}", total, format_html_join("", "<br>{} {}", counted))

    def render_state(self, record):
        if record.is_removed:
            return html.badge("neutral", "Removed", "ban")
        return html.badge("success", "Live", "check")

    def value_state(self, record):
        return "removed" if record.is_removed else "live"

    def value_course_run(self, record):
        return record.content.run.key if record.content.run else ""

    def value_is_enrollable(self, record):
        return {True: "yes", False: "no", None: "unknown"}[record.content.is_enrollable]

    def value_why_not(self, record):
        return record.content.why_not

    def value_source(self, record):
        run = record.content.run
        return run.origin.label if run and run.origin else ""

    def value_best_mode(self, record):
        return record.content.mode.original if record.content.mode else ""

    def value_realized(self, record):
        return record.total


def _kind_word(kind):
    return Kind(kind).label if kind in Kind.values else kind


class RealizationTable(Table):
    """Realizations, the newest first."""

    learner = tables.Column(verbose_name="Learner", empty_values=(), order_by=USERNAME)
    customer = tables.Column(order_by=f"{INTENDED}__enterprise_customer__name")
    intention = ShownColumn(order_by=f"{INTENDED}__content_key", verbose_name="Intention and run")
    state = tables.Column(orderable=False)
    mode = tables.Column(orderable=False, empty_values=())
    realized = MomentColumn(accessor="created", order_by="created", verbose_name="Realized")
    content_key = export_column(order_by=f"{INTENDED}__content_key", verbose_name="Intention")
    run = export_column(order_by=f"{ENROLLMENT}__course_id", verbose_name="Enrolled run")
    is_other_content = export_column(orderable=False, verbose_name="Other content")
    advertised = export_column(accessor="pk", orderable=False, verbose_name="Advertised run now")
    is_active = export_column(orderable=False, verbose_name="Enrolled")
    is_revoked = export_column(orderable=False, verbose_name="License revoked")
    unenrolled_at = export_column(orderable=False, verbose_name="Unenrolled at")
    nulls_last = (USERNAME,)
    title_column = "learner"

    class Meta(Table.Meta):
        model = DefaultRealization
        fields = ()
        order_by = ("-id",)
        row_attrs = {"class": lambda record: "is-inactive" if record.state == RealizationState.LEFT else ""}

    def __init__(self, data, viewer, **kwargs):
        self.links = viewer.has_perm(Permission.VIEW_LEARNERS)
        self.runs = {}
        super().__init__(data, **kwargs)

    def dress(self, queryset):
        return queryset.with_every_fact()

    def decorate(self, rows):
        """Find out where the intentions of these rows lead now: a course's advertised run may have moved.

        An export comes here many times, mostly with the same intentions.
        """
        pks = {row.intended_enrollment_id for row in rows} - self.runs.keys()
        self.runs |= lead(DefaultIntention.objects.filter(pk__in=pks), timezone.now())
        for row in rows:
            row.advertised = self.runs[row.intended_enrollment_id]
            row.has_moved = not row.is_other_content and row.advertised and _differ(row.advertised, row.run)

    def render_learner(self, record):
        if record.learner is None:
            return format_html('<span class="muted">Account {} no longer exists</span>', record.learner_id)
        shown = record.learner
        if self.links:
            shown = format_html(
                '<a href="{}">{}</a>', reverse("console:learner", args=[record.learner]), record.learner
            )
        unlinked = format_html("<br>{}", html.badge("neutral", "Unlinked", "ban")) if not record.is_linked else ""
        return format_html("{}{}", shown, unlinked)

    def value_learner(self, record):
        return record.learner or f"account {record.learner_id}"

    def render_intention(self, record):
        """Show the key and the run that it led to, and say where the two do not fit."""
        key = intention_link(record.content_key, record.intended_enrollment_id)
        if not _differ(record.content_key, record.run):
            return key
        run = html.breakable(record.run)
        return format_html('{}<br><span class="mono small">{}</span>{}', key, run, _difference(record))

    def render_state(self, record):
        address = reverse("enrollments:realization", args=[record.pk])
        return format_html('{}<br><a class="small" href="{}">Evidence</a>', state_badge(record.state), address)

    def value_state(self, value):
        return value

    def render_mode(self, record):
        if record.mode is None:
            return "–"
        note = format_html('<br><span class="small muted">{}</span>', "License revoked") if record.is_revoked else ""
        return format_html("{}{}", record.mode, note)

    def value_mode(self, record):
        return record.mode

    def value_advertised(self, record):
        return record.advertised

    def value_is_other_content(self, value):
        return _yes_no(value)

    def value_is_active(self, value):
        return _yes_no(value)

    def value_is_revoked(self, value):
        return _yes_no(value)


def _differ(one, other):
    return str(one).lower() != str(other).lower()


def _difference(record):
    if record.is_other_content:
        return format_html("<br>{}", html.badge("danger", "Not what the intention names", "alert"))
    if record.has_moved:
        text = format_html('<br><span class="small muted">Now leads to {}</span>', html.breakable(record.advertised))
        return format_html("<br>{}{}", html.badge("info", "Other run than now"), text)
    return ""


def _yes_no(value):
    return {True: "yes", False: "no"}.get(value, "")
