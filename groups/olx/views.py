"""`/groups/<course key>/import/`: upload an export, look at what it would change, confirm."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import FormView, TemplateView, View

from console.views import TablePageMixin
from groups.course_page import CoursePageMixin
from groups.errors import GroupRefusedError, GroupStaleError
from groups.models import ContentImport, CourseContent
from groups.olx import drafts
from groups.olx.errors import OlxRefusedError
from groups.olx.forms import ConfirmForm, UploadForm
from groups.olx.rows import Kind
from groups.olx.store import summary
from groups.olx.tables import ChangeTable

INVALID, OUT_OF_DATE = 422, 409
WARNINGS_SHOWN = 20


class ImportView(CoursePageMixin, FormView):
    """The upload form, and what was imported last."""

    tab = "import"
    template_name = "groups/olx/import.html"
    form_class = UploadForm

    def get_context_data(self, **kwargs):
        content = CourseContent.objects.select_related("imported_by").filter(course_id=self.course_key).first()
        shown = {"content": content, "blocks": content and content.blocks.count()}
        return super().get_context_data(**kwargs) | shown

    def form_valid(self, form):
        archive = form.cleaned_data["archive"]
        try:
            draft = drafts.prepare(file=archive, name=archive.name, course_key=self.course_key, actor=self.request.user)
        except OlxRefusedError as refusal:
            form.add_error("archive", f"{refusal} Nothing was changed.")
            return self.form_invalid(form)
        return redirect("groups:import-preview", self.course_key, draft.pk)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)


class DraftMixin(CoursePageMixin):
    """A page about an upload; one of another course run is 404."""

    tab = "import"

    def get_draft(self) -> ContentImport:
        draft = ContentImport.objects.filter(pk=self.kwargs["pk"], course_id=self.course_key).first()
        if draft is None or draft.course_id != self.course_key:
            raise Http404
        return draft


class PreviewView(DraftMixin, TablePageMixin, TemplateView):
    """What an upload would change; POST makes it so."""

    template_name = "groups/olx/preview.html"
    table_class = ChangeTable
    title = "What the import changes"
    empty_title = "Nothing changes"
    empty_text = "The export holds what was imported before."
    refused = ""

    def get(self, request, *args, **kwargs):
        self.draft = self.get_draft()
        self.preview = drafts.preview(self.draft)
        return self.render_to_response(self.get_context_data())

    def post(self, request, course_key, pk):
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return self.refuse("The form was incomplete. Nothing was changed.", INVALID)
        try:
            changes = drafts.confirm(draft_id=pk, course_key=course_key, actor=request.user, **form.cleaned_data)
        except GroupStaleError as refusal:
            return self.refuse(f"{refusal} Look at the changes again. Nothing was imported.", OUT_OF_DATE)
        except GroupRefusedError as refusal:
            return self.refuse(f"{refusal} Nothing was changed.", INVALID)
        messages.success(request, f"The content was imported. {summary(changes) or 'Nothing had changed'}.")
        return redirect("groups:import", course_key)

    def refuse(self, sentence, status):
        """Show the preview as it is now, with the reason why it was not imported."""
        self.refused = sentence
        response = self.get(self.request)
        response.status_code = status
        return response

    def get_table_data(self):
        return self.preview.changes

    def get_context_data(self, **kwargs):
        course = self.preview.course
        counted = [(kind, sum(change.kind is kind for change in self.preview.changes)) for kind in Kind]
        return super().get_context_data(**kwargs) | {
            "draft": self.draft,
            "preview": self.preview,
            "read": course,
            "counts": [(str(kind), count) for kind, count in counted if count],
            "is_of_this_run": drafts.is_of_this_run(self.draft),
            "warnings": course.warnings[:WARNINGS_SHOWN],
            "more_warnings": max(0, len(course.warnings) - WARNINGS_SHOWN),
            "refused": self.refused,
        }


class DiscardView(DraftMixin, View):
    """Forgets an upload."""

    http_method_names = ["post"]

    def post(self, request, course_key, pk):
        drafts.discard(draft_id=self.get_draft().pk, course_key=course_key, actor=request.user)
        messages.info(request, "The upload was discarded. Nothing was changed.")
        return redirect("groups:import", course_key)
