"""`/queries/…`: saved queries, running one, and saving, changing and deleting one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View
from django_htmx.http import trigger_client_event

from console.accounts import username_of
from console.queries import actions, lists
from console.queries.filters import SavedQueryFilter
from console.queries.forms import SavedQueryForm
from console.queries.models import SavedQuery
from console.queries.rules import Permission
from console.queries.tables import SavedQueryTable
from console.querying import QueryError
from console.rules import Permission as ConsolePermission
from console.views import StaffViewMixin, TableView

INVALID = 422


class SavedQueryListView(TableView):
    """`/queries/`: one's own and the shared queries."""

    permission_required = ConsolePermission.USE_CONSOLE
    template_name = "queries/list.html"
    table_class = SavedQueryTable
    filterset_class = SavedQueryFilter
    title = "Saved queries"
    empty_title = "No saved queries yet"
    empty_text = "Write a query above a list, such as Enrollments, and choose “Save query” beside it."

    def get_queryset(self):
        visible = SavedQuery.objects.visible_to(self.request.user)
        return visible.annotate(owner_username=username_of("owner_id"), runner_username=username_of("last_run_by_id"))

    def get_table_kwargs(self):
        return {"viewer": self.request.user}


class SavedQueryMixin(StaffViewMixin):
    """Finds the query of the address among those that the viewer may see."""

    permission_required = ConsolePermission.USE_CONSOLE

    def load(self, pk) -> SavedQuery:
        query = get_object_or_404(SavedQuery.objects.visible_to(self.request.user), pk=pk)
        self.list = lists.find(query.list_name)
        return query

    def load_own(self, pk) -> SavedQuery:
        """Return the query if the viewer may change it."""
        query = self.load(pk)
        if not self.request.user.has_perm(Permission.CHANGE, query):
            raise PermissionDenied
        return query

    def done(self, text, *, refresh):
        """Say what was done: in a toast over the page of the dialog, or on the page of all queries."""
        if not self.request.htmx:
            messages.success(self.request, text)
            return redirect("queries:list")
        response = HttpResponse(status=204)
        trigger_client_event(response, "lectern:close-dialog", {})
        trigger_client_event(response, "lectern:queries-changed", {})
        if refresh:
            trigger_client_event(response, "lectern:refresh-table", {})
        return trigger_client_event(response, "lectern:toast", {"text": text, "tone": "success"})


class RunView(SavedQueryMixin, View):
    """`/queries/<id>/` leads into the list under the query, `…/export/` to its answer as CSV.

    The list shows a query that it cannot answer any more with what is wrong about it.
    """

    exports = False

    def get(self, request, pk):
        query = self.load(pk)
        actions.record_run(query=query, actor=request.user)
        return redirect(self.list.export_address(query.text) if self.exports else self.list.address(query.text))


class FormViewMixin(SavedQueryMixin):
    """Shows the form as a dialog (htmx) or as a page."""

    heading = ""

    def form_page(self, form, status=200):
        context = {
            "form": form,
            "list": self.list,
            "heading": self.heading,
            "address": self.request.get_full_path(),
            "back": reverse("queries:list"),
        }
        template = "queries/_dialog.html" if self.request.htmx else "queries/form.html"
        return render(self.request, template, context, status=status)

    def saved(self, form, save, **arguments):
        """Return what `save` returns, or None after writing into the form why it was refused."""
        if not form.is_valid():
            return None
        try:
            return save(content=form.content(), actor=self.request.user, **arguments)
        except QueryError as error:
            form.show(error)
        except actions.SavedQueryRefusedError as refusal:
            form.add_error("title", str(refusal))
        return None


class NewView(FormViewMixin, View):
    """`/queries/new/?list=…`: saves a query for a list; what its box holds comes along in the address."""

    heading = "Save query"

    def find_list(self):
        """Read from the address which list it is for, whatever the method."""
        self.list = lists.find(self.request.GET.get("list", ""))
        if self.list is None or not self.list.is_open_to(self.request.user):
            raise Http404

    def get(self, request):
        self.find_list()
        text = request.GET.get(self.list.variable, "")
        return self.form_page(SavedQueryForm(found=self.list, initial={"text": text}))

    def post(self, request):
        self.find_list()
        form = SavedQueryForm(request.POST, found=self.list)
        query = self.saved(form, actions.save_query, list_name=self.list.name)
        if query is None:
            return self.form_page(form, INVALID)
        return self.done(f"The query “{query.title}” was saved.", refresh=False)


class EditView(FormViewMixin, View):
    """`/queries/<id>/edit/`: changes a query, and shares it or not."""

    heading = "Edit query"

    def get(self, request, pk):
        query = self.load_own(pk)
        initial = {name: getattr(query, name) for name in SavedQueryForm.base_fields}
        return self.form_page(SavedQueryForm(found=self.list, initial=initial))

    def post(self, request, pk):
        query = self.load_own(pk)
        form = SavedQueryForm(request.POST, found=self.list)
        query = self.saved(form, actions.change_query, query_id=query.pk)
        if query is None:
            return self.form_page(form, INVALID)
        return self.done(f"The query “{query.title}” was changed.", refresh=True)


class DeleteView(SavedQueryMixin, View):
    """`/queries/<id>/delete/`: asks, then deletes."""

    def get(self, request, pk):
        context = {"query": self.load_own(pk), "list": self.list}
        template = "queries/_delete_dialog.html" if request.htmx else "queries/delete.html"
        return render(request, template, context)

    def post(self, request, pk):
        query = self.load_own(pk)
        actions.delete_query(query_id=pk, actor=request.user)
        return self.done(f"The query “{query.title}” was deleted.", refresh=True)
