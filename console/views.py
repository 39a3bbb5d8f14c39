"""The base of every list: one address that answers with a page, a fragment or a CSV file."""

from django.conf import settings
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import connection
from django.http import JsonResponse
from django.urls import path, reverse
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from console import exports, querying
from console.platform import PlatformModel, features
from console.queries.models import SavedQuery
from console.query_limits import time_limit
from console.tables import PAGE_SIZES, CappedPaginator

QUERY_VAR = "ql"
INTROSPECT = "introspect"
SUGGESTIONS = "suggestions"


class StaffViewMixin(PermissionRequiredMixin):
    """States a page's permission (`permission_required`); without it the answer is 403.

    Class attributes:
        needs: platform models without whose tables there is no such page.
    """

    raise_exception = True
    needs: tuple[type[PlatformModel], ...] = ()

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            features.require(*self.needs)
        return super().dispatch(request, *args, **kwargs)


class TablePageMixin(StaffViewMixin, SingleTableMixin):
    """A page around one table.

    HTMX gets the table alone (a history restore gets the page again); `?_export=csv` the file.
    `paginate_by` of Django stays unset: it would paginate a second time and answer 404.
    Rows that take longer than LECTERN_QUERY_SECONDS are given up: the table is empty and says why.

    Class attributes:
        title: the page's heading and the export's name.
        empty_title, empty_text: what an empty list says and suggests.
        shows: platform models that the list can do without, and then says so.
    """

    template_name = "console/table_page.html"
    fragment_template_name = "console/table.html"
    table_pagination = {"per_page": PAGE_SIZES[0], "paginator_class": CappedPaginator}
    title = ""
    empty_title = "Nothing here yet"
    empty_text = ""
    shows: tuple[type[PlatformModel], ...] = ()
    query_text = ""
    # What went wrong with the rows, as `querying.Explanation`: then nothing is listed or exported.
    refusal = None

    def wants_fragment(self) -> bool:
        htmx = self.request.htmx
        return bool(htmx) and not htmx.boosted and not htmx.history_restore_request

    def get_template_names(self):
        return [self.fragment_template_name] if self.wants_fragment() else [self.template_name]

    def get_table(self, **kwargs):
        """Return the table with the rows of its page, which are read here and nowhere else."""
        try:
            with self.time_limit():
                return super().get_table(**kwargs)
        except querying.QueryError as error:
            return self.empty_table(error, **kwargs)

    def time_limit(self):
        return time_limit(connection, settings.LECTERN_QUERY_SECONDS)

    def empty_table(self, error, **kwargs):
        """Remember what went wrong with the rows, and return the table without any."""
        self.refusal = querying.explain(self.query_text, error)
        table = self.get_table_class()(data=[], **kwargs)
        table.paginate(**self.get_table_pagination(table))
        return table

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=self.title,
            empty_title=self.empty_title,
            empty_text=self.empty_text,
            page_sizes=PAGE_SIZES,
            notes=features.notes(*self.shows),
            **kwargs,
        )
        return context | {"refusal": self.refusal}

    def render_to_response(self, context, **kwargs):
        if self.request.GET.get("_export") == "csv" and not self.is_refused(context):
            try:
                return self.export(context["table"])
            except querying.QueryError as error:
                table = self.empty_table(error, **self.get_table_kwargs())
                context |= {"table": table, "refusal": self.refusal}
        return super().render_to_response(context, **kwargs)

    def export(self, table):
        """Answer with the whole table as CSV. Raises QueryError when its rows take too long."""
        with self.time_limit():
            rows = table.csv_rows()
        return exports.stream_csv(rows, self.export_name(), actor=self.request.user)

    def export_name(self) -> str:
        return str(self.title).lower()

    def is_refused(self, context) -> bool:
        """Say whether the list's own input is wrong: then nothing is exported."""
        return self.refusal is not None


class TableView(TablePageMixin, FilterView):
    """A filtered list of a queryset. Subclasses set `table_class`, `filterset_class`, `get_queryset`.

    Class attributes:
        query_schema: what a DjangoQL query (`?ql=`) may ask for beside the filters; its annotations
            are those of `get_queryset`. None: the list has no query box.
        query_list: the name of the list that queries are saved for. By default this one, unless its
            address takes arguments: then it is the list without them, or empty for none.
        answers: for `list_paths` only.
    """

    query_schema: type[querying.GuardedSchema] | None = None
    query_list = ""
    answers = ""

    def get(self, request, *args, **kwargs):
        if self.answers == INTROSPECT:
            return JsonResponse(self.query_description() | {"saved": self.saved_queries()})
        if self.answers == SUGGESTIONS:
            return self.suggestions()
        if self.query_schema is not None:
            self.query_text = request.GET.get(QUERY_VAR, "").strip()
        return super().get(request, *args, **kwargs)

    def get_table_data(self):
        """Return the filtered rows that the query describes. Raises QueryError when it is wrong."""
        rows = super().get_table_data()
        return querying.narrow(rows, self.query_text, self.query_schema) if self.query_text else rows

    def is_refused(self, context) -> bool:
        return super().is_refused(context) or not context["filter"].form.is_valid()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {"query_text": self.query_text}
        if self.query_text and not self.refusal:
            context["query_slow_part"] = querying.slow_part(
                self.query_text, self.table_class._meta.model, self.query_schema
            )
        if self.query_schema is not None and not self.wants_fragment():
            described = self.query_description()
            fields = described["models"][described["current_model"]]
            context |= {
                "query_introspect_url": self.query_address(INTROSPECT),
                "query_fields": sorted(fields),
                "query_list": self.saved_for(),
            }
        return context

    # --- Completion ------------------------------------------------------------------------------

    def address_name(self) -> str:
        """Return the name of this list's address, whichever of its three addresses was asked."""
        name = self.request.resolver_match.view_name
        return name.removesuffix(f"-{self.answers}") if self.answers else name

    def query_address(self, answers) -> str:
        """Return the address of this list's completion, of the same learner if it is a learner's."""
        return reverse(f"{self.address_name()}-{answers}", kwargs=self.request.resolver_match.kwargs)

    def saved_for(self) -> str:
        """Return the name under which this list's queries are saved (`console.queries.lists`), or empty."""
        return self.query_list or ("" if self.request.resolver_match.kwargs else self.address_name())

    def saved_queries(self) -> list[dict]:
        """Return the saved queries that the completion offers."""
        return SavedQuery.objects.offered(self.saved_for(), self.request.user)

    def query_description(self) -> dict:
        """Return what the completion knows of the fields."""
        return querying.describe(self.query_schema, self.table_class._meta.model, self.query_address(SUGGESTIONS))

    def suggestions(self):
        """Answer with a field's listed words (JSON). Stored values are never among them."""
        name, text = self.request.GET.get("field", ""), self.request.GET.get("search", "")
        try:
            words = querying.options(self.query_schema, self.table_class._meta.model, name, text)
        except LookupError:
            return JsonResponse({"error": "There is no such field."}, status=400)
        return JsonResponse({"items": words, "page": 1, "has_next": False})


def list_paths(route: str, view: type[TableView], name: str) -> list:
    """Return the addresses of a list with a query box: itself, and the two that its completion asks.

    All three are the same view, so that whoever may not open the list gets no completion either.
    """
    return [
        path(route, view.as_view(), name=name),
        path(f"{route}query/introspect/", view.as_view(answers=INTROSPECT), name=f"{name}-{INTROSPECT}"),
        path(f"{route}query/suggestions/", view.as_view(answers=SUGGESTIONS), name=f"{name}-{SUGGESTIONS}"),
    ]
