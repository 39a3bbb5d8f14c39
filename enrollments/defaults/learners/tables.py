"""Tables of learners by intention, and of one learner's intentions."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from console import html
from console.tables import ShownColumn, Table, export_column
from enrollments.defaults.content import Content
from enrollments.defaults.evidence import gather, subject, subjects_of
from enrollments.defaults.models import DefaultIntention, EnterpriseCustomerUser
from enrollments.defaults.status import bucket_of, status_of
from enrollments.defaults.words import SENTENCES, badge, evidence_of, shown


class StatusTable(Table):
    """What both tables show: a status, what it rests on, and the original's answer. Rows carry `evidence`."""

    status = ShownColumn(orderable=False)
    evidence = ShownColumn(orderable=False, verbose_name="What it rests on", attrs={"td": {"class": "small"}})
    original = ShownColumn(orderable=False, verbose_name="Open edX would say", attrs={"td": {"class": "small"}})
    status_word = export_column(accessor="pk", orderable=False, verbose_name="Status")
    reason = export_column(accessor="pk", orderable=False)
    mode = export_column(accessor="pk", orderable=False)
    active = export_column(accessor="pk", orderable=False)
    unenrolled_at = export_column(accessor="pk", orderable=False, verbose_name="Marked as unenrolled")
    revoked = export_column(accessor="pk", orderable=False, verbose_name="License revoked")
    realized = export_column(accessor="pk", orderable=False)
    bucket = export_column(accessor="pk", orderable=False, verbose_name="Open edX would say")

    def render_status(self, record):
        status = status_of(record.evidence)
        return format_html('{}<br><span class="small muted">{}</span>', badge(status), SENTENCES[status])

    def render_evidence(self, record):
        facts = [(label, shown(value)) for label, value in evidence_of(record.evidence) if value is not None]
        lines = format_html_join(mark_safe("<br>"), '<span class="muted">{}:</span> {}', facts)
        return lines or html.ago(None, "nothing exists")

    def render_original(self, record):
        return bucket_of(record.evidence).label

    def value_status_word(self, record):
        return status_of(record.evidence).value

    def value_reason(self, record):
        return SENTENCES[status_of(record.evidence)]

    def value_mode(self, record):
        return record.evidence.enrollment and record.evidence.enrollment.mode

    def value_active(self, record):
        return record.evidence.enrollment and record.evidence.enrollment.is_active

    def value_unenrolled_at(self, record):
        return record.evidence.record and record.evidence.record.unenrolled_at

    def value_revoked(self, record):
        return record.evidence.record and record.evidence.record.is_revoked

    def value_realized(self, record):
        return record.evidence.realized_at

    def value_bucket(self, record):
        return bucket_of(record.evidence).value


class LearnerStatusTable(StatusTable):
    """A customer's learners under one intention."""

    learner = tables.Column(
        verbose_name="Learner", accessor="user__username", order_by="user__username", empty_values=()
    )
    user_id = export_column(verbose_name="User ID")
    title_column = "learner"
    nulls_last = ("user__username",)

    class Meta(Table.Meta):
        model = EnterpriseCustomerUser
        fields = ()
        sequence = ("learner", "...")

    def __init__(self, data, intention: DefaultIntention, content: Content, known: int | None = None, **kwargs):
        """Make the table; `known` is how many rows there are, where that is known already."""
        self.intention, self.content = intention, content
        super().__init__(data, **kwargs)
        if known is not None:
            self.data.know(known)

    def decorate(self, rows):
        found = gather(self.intention, self.content, subjects_of(rows))
        for row in rows:
            row.evidence = found[row.user_id]

    def render_learner(self, record):
        if record.user is None:
            return format_html('<span class="muted">Account {} no longer exists</span>', record.user_id)
        username = record.user.get_username()
        return format_html('<a href="{}">{}</a>', reverse("enrollments:defaults", args=[username]), username)

    def value_learner(self, record):
        return record.user and record.user.get_username()


class LearnerIntentionTable(StatusTable):
    """One learner's intentions: those of every customer that knows the learner."""

    intention = tables.Column(verbose_name="Intention", accessor="content_key", order_by="content_key")
    customer = tables.Column(
        verbose_name="Customer", accessor="enterprise_customer__name", order_by="enterprise_customer__name"
    )
    title_column = "intention"

    class Meta(Table.Meta):
        model = DefaultIntention
        fields = ()
        order_by = ("customer", "intention")
        sequence = ("intention", "customer", "...")

    def __init__(self, data, learner, contents, **kwargs):
        self.learner, self.contents = learner, contents
        super().__init__(data, **kwargs)

    def decorate(self, rows):
        """Read the evidence intention by intention: a learner has few customers, and these few intentions."""
        contents = self.contents(rows)
        subjects = {row.enterprise_customer_id: None for row in rows}
        for customer_id in subjects:
            subjects[customer_id] = subject(self.learner, customer_id)
        for row in rows:
            row.content = contents[row.pk]
            seen_as = subjects[row.enterprise_customer_id]
            row.evidence = gather(row, row.content, [seen_as])[self.learner.pk]

    def render_intention(self, record):
        run = record.content.run
        if run and str(run.key) == record.content_key:
            return html.key(run.key)
        note = html.key(run.key) if run else format_html('<span class="muted">{}</span>', record.content.problem)
        return format_html('<span class="mono">{}</span><br><span class="small">{}</span>', record.content_key, note)

    def value_intention(self, record):
        return record.content_key
