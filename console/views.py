"""The base of every list: one address that answers with a page, a fragment or a CSV file."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from console import exports
from console.tables import PAGE_SIZES, CappedPaginator


class StaffViewMixin(PermissionRequiredMixin):
    """States a page's permission (`permission_required`); without it the answer is 403."""

    raise_exception = True


class TablePageMixin(StaffViewMixin, SingleTableMixin):
    """A page around one table.

    HTMX gets the table alone (a history restore gets the page again); `?_export=csv` the file.
    `paginate_by` of Django stays unset: it would paginate a second time and answer 404.

    Class attributes:
        title: the page's heading and the export's name.
        empty_title, empty_text: what an empty list says and suggests.
    """

    template_name = "console/table_page.html"
    fragment_template_name = "console/table.html"
    table_pagination = {"per_page": PAGE_SIZES[0], "paginator_class": CappedPaginator}
    title = ""
    empty_title = "Nothing here yet"
    empty_text = ""

    def wants_fragment(self) -> bool:
        htmx = self.request.htmx
        return bool(htmx) and not htmx.boosted and not htmx.history_restore_request

    def get_template_names(self):
        return [self.fragment_template_name] if self.wants_fragment() else [self.template_name]

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=self.title,
            empty_title=self.empty_title,
            empty_text=self.empty_text,
            page_sizes=PAGE_SIZES,
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        if self.request.GET.get("_export") == "csv" and not self.is_refused(context):
            return exports.stream_csv(context["table"].csv_rows(), self.export_name(), actor=self.request.user)
        return super().render_to_response(context, **kwargs)

    def export_name(self) -> str:
        return str(self.title).lower()

    def is_refused(self, context) -> bool:
        """Say whether the list's own input is wrong: then nothing is exported."""
        return False


class TableView(TablePageMixin, FilterView):
    """A filtered list of a queryset. Subclasses set `table_class`, `filterset_class`, `get_queryset`."""

    def is_refused(self, context) -> bool:
        return not context["filter"].form.is_valid()
