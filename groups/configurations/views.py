"""`/groups/<course key>/configurations/`: group configurations, where they are used, edits, and export."""

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from console.views import TablePageMixin
from groups.access.course import load_one
from groups.configurations import actions, assignments
from groups.configurations.forms import ConfigurationForm, GroupFormSet, JsonForm, NewConfigurationForm, wanted
from groups.configurations.studio import DEFAULT_DESCRIPTION, DEFAULT_NAME, EDITABLE, ConfigurationRefusedError
from groups.configurations.tables import ConfigurationTable, UseTable, active_badge, scheme_badge
from groups.configurations.usage import in_words, usage_of
from groups.course_page import CoursePageMixin
from groups.errors import GroupRefusedError, GroupStaleError
from groups.models import CohortContentGroup, CourseContent, CourseUserGroup
from groups.olx import export
from groups.olx.rows import stored_partitions
from groups.partitions import COHORT, RANDOM

INVALID, OUT_OF_DATE = 422, 409
GROUPS_SHOWN = 200


class ConfigurationsMixin(CoursePageMixin):
    """What the pages of a run's configurations share."""

    tab = "configurations"
    # What a deletion would leave dangling is looked up there.
    needs = (CourseUserGroup, CohortContentGroup)

    @cached_property
    def content(self) -> CourseContent | None:
        """Return the run's imported content; None before the first import."""
        content = CourseContent.objects.filter(course_id=self.course_key).first()
        return content if content is not None and content.course_id == self.course_key else None

    @cached_property
    def partitions(self):
        return stored_partitions(self.content) if self.content else ()

    @cached_property
    def usage(self):
        return usage_of(self.content)

    def partition(self):
        """Return the partition of the address. Raises Http404 when this run has none such."""
        found = next((part for part in self.partitions if part.id == self.kwargs["partition_id"]), None)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"content": self.content, "reload": self.request.get_full_path()}


class ConfigurationsView(ConfigurationsMixin, TablePageMixin, TemplateView):
    """All configurations of a run, those that the platform makes by itself below."""

    template_name = "groups/configurations/list.html"
    table_class = ConfigurationTable
    title = "Group configurations"
    empty_title = "No configuration yet"
    empty_text = "Make one to restrict content to groups of learners."

    def get_table_data(self):
        return list(self.partitions)

    def get_table_kwargs(self):
        return {"course_key": self.course_key, "usage": self.usage if self.content else None}

    def get_context_data(self, **kwargs):
        made = [part for part in load_one(self.course_key).partitions.values() if part.scheme not in EDITABLE]
        stored = {part.id for part in self.partitions}
        return super().get_context_data(**kwargs) | {
            "dynamic": [part for part in made if part.id not in stored],
            "is_edited": bool(self.content and export.is_edited(self.content)),
            "has_teams": bool(self.content and self.content.teams_configuration),
            "has_course_xml": bool(self.content and self.content.course_xml),
        }


class ConfigurationView(ConfigurationsMixin, TablePageMixin, TemplateView):
    """One configuration: its groups, and block by block where they are used (`?group=` for one of them)."""

    template_name = "groups/configurations/detail.html"
    table_class = UseTable
    title = "Blocks that use it"
    empty_title = "No block uses it"
    empty_text = "Choose groups for a unit or component in Studio, export the course and import it here."

    def get_table_data(self):
        return self.usage.blocks_of(self.partition().id, self.chosen_group())

    def get_table_kwargs(self):
        return {"names": {group.id: group.name for group in self.partition().groups}}

    def chosen_group(self) -> int | None:
        text = self.request.GET.get("group", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None  # noqa: PLR2004

    def get_context_data(self, **kwargs):
        partition = self.partition()
        place = self.partitions.index(partition)
        links, chosen = self.usage.links_of(partition.id), self.chosen_group()
        return super().get_context_data(**kwargs) | {
            "partition": partition,
            "scheme": scheme_badge(partition.scheme),
            "state": active_badge(active=partition.active),
            "rows": self.rows(partition)[:GROUPS_SHOWN],
            "hidden_rows": max(0, len(partition.groups) - GROUPS_SHOWN),
            "lost": assignments.lost(self.course_key, partition) if partition.scheme == RANDOM else 0,
            "links": links,
            "dangling": [link for link in links if link.group_id not in {group.id for group in partition.groups}],
            "chosen": next((group for group in partition.groups if group.id == chosen), None),
            "is_experiment": partition.scheme == RANDOM,
            "is_editable": partition.scheme in EDITABLE,
            "is_used": bool(links or self.usage.blocks_of(partition.id)),
            "is_first_of_cohorts": partition.scheme == COHORT and self.is_first_of_cohorts(partition),
            "has_other_cohort_partitions": sum(part.scheme == COHORT for part in self.partitions) > 1,
            "seen": actions.fingerprint(partition),
            "above": self.partitions[place - 1] if place else None,
            "below": self.partitions[place + 1] if place + 1 < len(self.partitions) else None,
        }

    def rows(self, partition):
        """Return each group with its uses, and in an experiment with the learners that it was drawn for."""
        drawn = assignments.counts(self.course_key, partition) if partition.scheme == RANDOM else {}
        return [
            {
                "group": group,
                "blocks": len(self.usage.blocks_of(partition.id, group.id)),
                "links": self.usage.links_of(partition.id, group.id),
                "learners": drawn.get(group.id, 0),
            }
            for group in partition.groups
        ]

    def is_first_of_cohorts(self, partition):
        return next(part for part in self.partitions if part.scheme == COHORT) == partition


# --- Edits -----------------------------------------------------------------------------------


class EditorView(ConfigurationsMixin, TemplateView):
    """The form of a configuration with its groups."""

    template_name = "groups/configurations/edit.html"
    form_class = ConfigurationForm
    status = 200
    refusal = ""

    def get(self, request, *args, **kwargs):
        self.form, self.rows = self.empty_forms()
        return self.answer()

    def post(self, request, *args, **kwargs):
        if "more" in request.POST:
            self.form, self.rows = self.longer_forms()
            return self.answer()
        self.form, self.rows = self.form_class(request.POST), GroupFormSet(request.POST, prefix="groups")
        is_valid = self.form.is_valid()
        if not (self.rows.is_valid() and is_valid):
            return self.refuse("", INVALID)
        try:
            partition_id = self.save()
        except GroupStaleError as refusal:
            return self.refuse(f"{refusal} Nothing was changed.", OUT_OF_DATE)
        except ConfigurationRefusedError as refusal:
            return self.refuse(f"{refusal} Nothing was changed.", INVALID)
        messages.success(request, f"“{self.form.cleaned_data['name']}” was saved.")
        return redirect("groups:configuration", self.course_key, partition_id)

    def empty_forms(self):
        """Return the forms as they are shown first."""
        raise NotImplementedError

    def save(self) -> int:
        """Write what the valid forms ask for; returns the id of the configuration."""
        raise NotImplementedError

    def longer_forms(self):
        """Return the forms with what was typed and more empty rows."""
        typed = GroupFormSet(self.request.POST, prefix="groups")
        names = ("group_id", "position", "name", "remove")
        rows = [{name: row[name].value() for name in names} for row in typed.forms]
        return self.form_class(initial=self.request.POST.dict()), GroupFormSet(initial=rows, prefix="groups")

    def refuse(self, sentence, status):
        self.refusal, self.status = sentence, status
        return self.answer()

    def answer(self):
        return self.render_to_response(self.get_context_data(), status=self.status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "rows": [(row, self.used(row["group_id"].value())) for row in self.rows],
            "formset": self.rows,
            "refusal": self.refusal,
            "is_stale": self.status == OUT_OF_DATE,
        }

    def used(self, group_id) -> str:
        """Say by what the group of a row is used; empty for a new one."""
        return ""


class NewConfigurationView(EditorView):
    """Makes a configuration."""

    form_class = NewConfigurationForm

    def get(self, request, *args, **kwargs):
        if self.content is None:
            return redirect("groups:configurations", self.course_key)
        return super().get(request, *args, **kwargs)

    def empty_forms(self):
        has_content_groups = any(partition.scheme == COHORT for partition in self.partitions)
        initial = {} if has_content_groups else {"name": DEFAULT_NAME, "description": DEFAULT_DESCRIPTION}
        return NewConfigurationForm(initial=initial), GroupFormSet(prefix="groups")

    def save(self):
        given = self.form.cleaned_data
        return actions.create(
            course_key=self.course_key,
            scheme=given["scheme"],
            wanted=wanted(self.form, self.rows),
            actor=self.request.user,
        ).id


class EditConfigurationView(EditorView):
    """Changes a configuration."""

    def get(self, request, *args, **kwargs):
        if self.partition().scheme not in EDITABLE or len(self.partition().groups) > GROUPS_SHOWN:
            raise Http404
        return super().get(request, *args, **kwargs)

    def empty_forms(self):
        partition = self.partition()
        initial = {
            "seen": actions.fingerprint(partition),
            "name": partition.name,
            "description": partition.description,
        }
        rows = [
            {"group_id": group.id, "position": place, "name": group.name}
            for place, group in enumerate(partition.groups, start=1)
        ]
        return ConfigurationForm(initial=initial), GroupFormSet(initial=rows, prefix="groups")

    def save(self):
        partition_id = self.partition().id
        actions.edit(
            course_key=self.course_key,
            partition_id=partition_id,
            wanted=wanted(self.form, self.rows),
            seen=self.form.cleaned_data["seen"],
            actor=self.request.user,
        )
        return partition_id

    def used(self, group_id):
        group_id = int(group_id) if str(group_id or "").isdigit() else None
        if group_id is None:
            return ""
        partition = self.partition()
        return in_words(self.usage.blocks_of(partition.id, group_id), self.usage.links_of(partition.id, group_id))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"partition": self.partition()}


class ChangeView(ConfigurationsMixin, View):
    """One change by one button: POST with `seen`; the answer is where the person was."""

    http_method_names = ["post"]
    done = ""

    def post(self, request, course_key, partition_id):
        name, seen = self.partition().name, request.POST.get("seen", "")
        try:
            self.change(course_key=course_key, partition_id=partition_id, seen=seen, actor=request.user)
        except GroupRefusedError as refusal:
            messages.error(request, f"{refusal} Nothing was changed.")
            return redirect("groups:configuration", course_key, partition_id)
        messages.success(request, self.done.format(name))
        return self.redirect()

    def change(self, **given):
        """Make the change. Raises GroupRefusedError."""
        raise NotImplementedError

    def redirect(self):
        return redirect("groups:configuration", self.course_key, self.kwargs["partition_id"])


class ActiveView(ChangeView):
    """Switches a configuration on or off."""

    active = True

    def change(self, **given):
        actions.set_active(active=self.active, **given)


class MoveView(ChangeView):
    """Moves a configuration up or down in the course's order."""

    done = "“{}” was moved."
    up = True

    def change(self, **given):
        actions.move(up=self.up, **given)

    def redirect(self):
        return redirect("groups:configurations", self.course_key)


class TeamsView(ConfigurationsMixin, View):
    """Notes whether the LMS takes teams for content groups in this run."""

    http_method_names = ["post"]

    def post(self, request, course_key):
        try:
            actions.set_team_partitions(course_key=course_key, on="on" in request.POST, actor=request.user)
        except GroupRefusedError as refusal:
            messages.error(request, f"{refusal} Nothing was changed.")
        else:
            messages.success(request, "It was noted how the LMS takes teams.")
        return redirect("groups:configurations", course_key)


class DeleteView(ChangeView):
    """Deletes a configuration that nothing uses; GET says what that means."""

    http_method_names = ["get", "post"]
    done = "“{}” was deleted."

    def get(self, request, course_key, partition_id):
        partition = self.partition()
        context = self.frame() | {
            "seen": actions.fingerprint(partition),
            "partition": partition,
            "used": in_words(self.usage.blocks_of(partition.id), self.usage.links_of(partition.id)),
            "learners": sum(assignments.counts(course_key, partition).values()),
        }
        return render(request, "groups/configurations/delete.html", context)

    def change(self, **given):
        actions.delete(**given)

    def redirect(self):
        return redirect("groups:configurations", self.course_key)


# --- As JSON, and out of here ----------------------------------------------------------------


class JsonView(ConfigurationsMixin, TemplateView):
    """All configurations as the JSON that policy.json has, to read and to edit."""

    template_name = "groups/configurations/json.html"
    refusal = ""

    def get(self, request, *args, **kwargs):
        if self.content is None:
            return redirect("groups:configurations", self.course_key)
        text = json.dumps([part.to_json() for part in self.partitions], indent=4, ensure_ascii=False)
        return self.answer(JsonForm(initial={"text": text, "seen": actions.fingerprint(*self.partitions)}))

    def post(self, request, course_key):
        form = JsonForm(request.POST)
        if not form.is_valid():
            return self.answer(form, INVALID)
        given = form.cleaned_data
        try:
            actions.replace_all(
                course_key=course_key,
                partitions=given["partitions"],
                seen=given["seen"],
                actor=request.user,
            )
        except ConfigurationRefusedError as refusal:
            place = f"At {refusal.field}: " if refusal.field.startswith("[") else ""
            form.add_error("text", f"{place}{refusal} Nothing was changed.")
            return self.answer(form, INVALID)
        except GroupStaleError as refusal:
            self.refusal = f"{refusal} Nothing was changed."
            return self.answer(form, OUT_OF_DATE)
        messages.success(request, "The configurations were saved.")
        return redirect("groups:configurations", course_key)

    def answer(self, form, status=200):
        return self.render_to_response(self.get_context_data(form=form, refusal=self.refusal), status=status)


class DownloadView(ConfigurationsMixin, View):
    """A file of the export with the configurations of now in it; nothing else of it is changed.

    Class attributes:
        render: returns its text for a `CourseContent`; empty where there is no such file.
        file_name: of the download.
        content_type: of the download.
    """

    render = None
    file_name = ""
    content_type = ""

    def get(self, request, course_key):
        text = self.render(self.content) if self.content else ""
        if not text:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{self.file_name}"'}
        return HttpResponse(text.encode(), content_type=self.content_type, headers=headers)


class PolicyView(DownloadView):
    """policy.json."""

    render = staticmethod(export.exported_policy)
    file_name = "policy.json"
    content_type = "application/json"


class CourseXmlView(DownloadView):
    """The course element's file."""

    render = staticmethod(export.exported_course_xml)
    file_name = "course.xml"
    content_type = "application/xml"
