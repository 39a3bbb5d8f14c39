"""`/groups/<course key>/mapping/`: the matrix of groups and content groups, and changing one cell of it."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View
from django_htmx.http import trigger_client_event

from console.views import TableView
from groups.cohorts.actions import link_cohort
from groups.cohorts.links import MAX_ID, content_groups
from groups.course_page import CoursePageMixin
from groups.errors import GroupRefusedError
from groups.learner_groups.actions import set_links
from groups.mapping import reach
from groups.mapping.filters import MappingFilter
from groups.mapping.links import partitions_of
from groups.mapping.tables import COLUMNS, FORM, MappingTable
from groups.models import CohortContentGroup, CohortMembership, CourseUserGroup, GroupMember, LearnerGroupLink

NOT_IMPORTED = "The content of this course was not imported, so its content groups are not known here."


class MappingMixin(CoursePageMixin):
    """What all addresses of the mapping need."""

    tab = "mapping"
    needs = (CourseUserGroup, GroupMember, CohortMembership, CohortContentGroup)


class MappingView(MappingMixin, TableView):
    """The matrix; the content groups of one partition at a time."""

    template_name = "groups/mapping/mapping.html"
    table_class = MappingTable
    filterset_class = MappingFilter
    title = "Mapping"
    empty_title = "No groups"
    empty_text = "Make a cohort or a learner group first; then say here which content groups it reaches."

    @cached_property
    def known(self):
        return content_groups(self.course_key)

    @cached_property
    def partitions(self):
        return partitions_of(self.course_key)

    @cached_property
    def shown(self) -> int | None:
        """Return the partition of the address, else the first."""
        wanted = self.request.GET.get("partition", "")
        is_known = wanted.isascii() and wanted.isdigit() and int(wanted) in self.partitions.names
        return int(wanted) if is_known else self.partitions.first

    def get_queryset(self):
        members = GroupMember.objects.filter(courseusergroup=OuterRef("pk")).order_by()
        count = members.values("courseusergroup").annotate(number=Count("pk")).values("number")
        groups = CourseUserGroup.objects.managed_by(self.request.user).filter(course_id=self.course_key)
        return groups.annotate(member_count=Coalesce(Subquery(count), 0))

    def get_table_kwargs(self):
        return {"known": self.known, "partitions": self.partitions, "shown": self.shown}

    def get_context_data(self, **kwargs):
        names = self.partitions.names
        hidden = sum(group.partition_id == self.shown for group in self.known.groups.values()) - COLUMNS
        return super().get_context_data(
            form_id=FORM,
            not_imported="" if self.known.is_known else NOT_IMPORTED,
            partition_choices=[(key, name, key == self.shown) for key, name in names.items()],
            shown_partition=self.shown,
            hidden_columns=max(0, hidden),
            **kwargs,
        )

    def export_name(self):
        return f"mapping {self.course_key}"


class ChangeLinkView(MappingMixin, View):
    """POST `link`: links one group to one content group, or unlinks it."""

    def post(self, request, course_key):
        group_id, link, is_on = _read(request.POST.get("link", ""))
        groups = CourseUserGroup.objects.managed_by(request.user).filter(course_id=course_key)
        group = get_object_or_404(groups, pk=group_id)
        try:
            _change(group, link, is_on=is_on, actor=request.user)
        except GroupRefusedError as refusal:
            return self.answer(f"{refusal} Nothing was changed.", messages.ERROR)
        known = content_groups(course_key).name(*link)
        verb = "now reaches" if is_on else "no longer reaches"
        return self.answer(f"{group.name} {verb} {known}.", messages.SUCCESS)

    def answer(self, text, level):
        """Say what happened, and have the matrix drawn anew."""
        if not self.request.htmx:
            messages.add_message(self.request, level, text)
            partition = self.request.POST.get("partition", "")
            query = f"?partition={partition}" if partition.isdigit() else ""
            return redirect(reverse("groups:mapping", args=[self.course_key]) + query)
        tone = "danger" if level == messages.ERROR else "success"
        response = trigger_client_event(HttpResponse(status=204), "lectern:toast", {"text": text, "tone": tone})
        return trigger_client_event(response, "lectern:refresh-table", {})


def _read(value):
    """Return group id, link and wanted state out of what a button sends. Raises BadRequest."""
    group, partition, content, state = (*value.split(":"), "", "", "", "")[:4]
    numbers = (group, partition, content)
    if state not in ("on", "off") or not all(_is_id(number) for number in numbers):
        raise BadRequest("This is no link of a group to a content group.")
    return int(group), (int(partition), int(content)), state == "on"


def _is_id(text):
    return text.isascii() and text.isdigit() and int(text) <= MAX_ID


def _change(group, link, *, is_on, actor):
    if group.group_type == CourseUserGroup.Type.COHORT:
        if not is_on and not _is_linked(group, link):
            return
        link_cohort(course_key=group.course_id, cohort_id=group.pk, link=link if is_on else None, actor=actor)
        return
    rows = LearnerGroupLink.objects.filter(group=group.pk).annotate(content=F("group_id_in_partition"))
    links = set(rows.values_list("partition_id", "content"))
    links = links | {link} if is_on else links - {link}
    set_links(course_key=group.course_id, group_id=group.pk, links=links, actor=actor)


def _is_linked(cohort, link):
    present = getattr(cohort, "content_group_link", None)
    return present is not None and (present.partition_id, present.group_id) == link


class ReachView(MappingMixin, View):
    """`…/mapping/reach/`: how many learners each content group reaches; asked for by the matrix's page."""

    def get(self, request, course_key):
        known = content_groups(course_key)
        plot = reach.plot(course_key, known) if known.groups else None
        return render(request, "groups/mapping/_reach.html", {"plot": plot, "course_key": course_key})
