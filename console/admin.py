"""The admin under the console's own rules: who gets in, how lists are queried, counted and exported.

Permissions come from `console.rules` and not from Django's permission tables, which an LMS fills
for its own staff. A model can be seen by admins and changed by nobody, unless its class says why.
"""

from functools import update_wrapper

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from opaque_keys import InvalidKeyError

from console import querying
from console.exports import stream_csv
from console.platform import PlatformModel, features, uses_existing_tables
from console.queries.models import SavedQuery
from console.query_limits import time_limit
from console.rules import Permission
from console.tables import COUNT_CAP, EXPORT_CHUNK

# What the names of the admin's lists begin with where queries are saved; then comes the model.
ADMIN_PREFIX = "admin:"
# DjangoQL's own name for the switch between its language and plain text.
MODE_VAR = "q-l"


class LecternAdminSite(admin.AdminSite):
    """The admin for those who hold `Permission.ADMINISTER`; sign-in is the console's."""

    site_header = "Lectern"
    site_title = "Lectern"
    index_title = "Admin"
    site_url = None
    enable_nav_sidebar = False

    def has_permission(self, request):
        return request.user.has_perm(Permission.ADMINISTER)

    def admin_view(self, view, cacheable=False):  # noqa: FBT002 (Django's signature)
        """Refuse a signed-in person who is no admin, instead of asking them to sign in once more."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Send to the console's own sign-in page."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request, extra_context=None):
        return LogoutView.as_view()(request)

    def password_change(self, request, extra_context=None):
        """Offer one's own password only where the accounts are ours: an LMS has its own page for it."""
        if uses_existing_tables():
            raise Http404
        return super().password_change(request, extra_context)


site = LecternAdminSite(name="admin")
# Bulk deletion is nobody's job here; single rows go where a class allows it.
site.disable_action("delete_selected")


class CappedPaginator(Paginator):
    """Counts to one more than the cap: a list of millions does not wait for its total."""

    @cached_property
    def count(self):
        return self.object_list.order_by().values("pk")[: COUNT_CAP + 1].count()


class QueryChangeList(ChangeList):
    """A list with what its search box shows."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        error = getattr(request, "query_error", None)
        self.explanation = querying.explain(self.query, error) if error else None
        self.is_plain = self.model_admin.is_plain_search(request)
        self.slow_part = "" if error or self.is_plain else self.model_admin.slow_part(self.query)
        self.is_capped = self.result_count > COUNT_CAP
        self.count_cap = COUNT_CAP
        self.introspect_url = self.model_admin.address("introspect")
        self.export_url = self.model_admin.address("export") + self.get_query_string()
        self.query_fields = self.model_admin.query_fields()
        self.query_list = self.model_admin.query_list
        self.other_params = [item for item in self.params.items() if item[0] not in {SEARCH_VAR, MODE_VAR}]

    def get_filters_params(self, params=None):
        lookups = super().get_filters_params(params)
        lookups.pop(MODE_VAR, None)
        return lookups


class PlatformAdmin(admin.ModelAdmin):
    """A model that admins can list, query, open and export, and that nobody changes here.

    Class attributes:
        schema: what a query may ask for.
        missing_ok: relations that may lead nowhere, because no constraint guards them. They are
            fetched beside the list: a join would drop such rows.
    """

    schema: type[querying.GuardedSchema] | None = None
    missing_ok: tuple[str, ...] = ()
    actions = ("export_selected",)
    paginator = CappedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-pk",)
    # Not Django's False, which joins whatever a column shows, and so drops rows whose relation is gone.
    list_select_related: tuple[str, ...] = ()

    class Media:
        css = {"all": ["console/query.css"]}
        js = ["console/query.js"]

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        if self.schema is None or self.schema(model).excluded(model):
            raise ImproperlyConfigured(f"{type(self).__name__} needs a schema that lists {model.__name__}.")

    # --- Who may do what -----------------------------------------------------------------------

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(Permission.ADMINISTER)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def lookup_allowed(self, lookup, value, request):
        """Allow in the address what the list's filters make, and nothing else.

        Django lets any column of the model be asked for there, which no schema would see.
        """
        names = [item if isinstance(item, str) else item[0] for item in self.get_list_filter(request)]
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in names)
        return is_offered and super().lookup_allowed(lookup, value, request)

    # --- Rows ------------------------------------------------------------------------------------

    def get_queryset(self, request):
        """Return the rows. Raises FeatureOffError when the LMS lacks their table, or one that is joined."""
        features.require(*(model for model in self.models_shown() if issubclass(model, PlatformModel)))
        return super().get_queryset(request).prefetch_related(*self.missing_ok)

    def models_shown(self):
        """Yield the model, and those that the list shows beside it."""
        yield self.model
        for relation in (*self.list_select_related, *self.missing_ok):
            model = self.model
            for name in relation.split("__"):
                model = model._meta.get_field(name).related_model
                yield model

    def get_object(self, request, object_id, from_field=None):
        """Find a row by the address; what cannot be one of its keys finds none."""
        key = self.opts.pk.target_field if self.opts.pk.is_relation else self.opts.pk
        try:
            # Its validators know the range of the column: a larger number is an error on some engines.
            key.run_validators(key.to_python(object_id))
        except (ValidationError, InvalidKeyError):
            return None
        return super().get_object(request, object_id, from_field)

    def get_fields(self, request, obj=None):
        """Show the columns of the table: relations without a column are no part of the record."""
        return self.fields or [field.name for field in self.model._meta.concrete_fields]

    def get_changelist(self, request, **kwargs):
        return QueryChangeList

    def is_plain_search(self, request) -> bool:
        """Say whether the search box holds plain text; a query is the default."""
        return bool(self.search_fields) and request.GET.get(MODE_VAR) == "off"

    def get_search_results(self, request, queryset, search_term):
        if getattr(request, "query_error", None):
            return queryset.none(), False
        if self.is_plain_search(request) or SEARCH_VAR not in request.GET:
            return super().get_search_results(request, queryset, search_term.replace("\0", ""))
        try:
            return querying.search(queryset, search_term, self.schema), False
        except querying.QueryError as error:
            request.query_error = error
            return queryset.none(), False

    def changelist_view(self, request, extra_context=None):
        """Answer with the list, or with an empty one that says why the search was stopped."""
        try:
            with time_limit(connection, settings.LECTERN_QUERY_SECONDS):
                return _rendered(super().changelist_view(request, extra_context))
        except querying.QueryError as error:
            if request.method == "POST":
                return self._nothing_exported(request, error)
            request.query_error = error
            return super().changelist_view(request, extra_context)

    # --- Completion ------------------------------------------------------------------------------

    def get_urls(self):
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=self._address_name(name))
            for name, view in (
                ("introspect", self.introspect),
                ("suggestions", self.suggestions),
                ("export", self.export),
            )
        ]
        return own + super().get_urls()

    def _address_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def address(self, name: str) -> str:
        """Return the address of one of this model's pages, such as `changelist` or `export`."""
        return reverse(f"{self.admin_site.name}:{self._address_name(name)}")

    @property
    def query_list(self) -> str:
        """The name under which this list's queries are saved (`console.queries.lists`)."""
        return f"{ADMIN_PREFIX}{self.opts.label_lower}"

    def slow_part(self, text: str) -> str:
        """Return the comparison of a valid query that reads each row of the table, or empty."""
        return querying.slow_part(text, self.model, self.schema)

    def query_fields(self) -> list[str]:
        """Return the names that a query on this model can begin with."""
        return sorted(querying.describe(self.schema, self.model, "")["models"][str(self.opts)])

    def introspect(self, request):
        """Answer with what the completion knows (JSON)."""
        self._must_see(request)
        described = querying.describe(self.schema, self.model, self.address("suggestions"))
        saved = SavedQuery.objects.offered(self.query_list, request.user)
        return JsonResponse(described | {"saved": saved})

    def suggestions(self, request):
        """Answer with a field's listed words (JSON). Stored values are never among them."""
        self._must_see(request)
        name, text = request.GET.get("field", ""), request.GET.get("search", "")
        try:
            words = querying.options(self.schema, self.model, name, text)
        except LookupError:
            return JsonResponse({"error": "There is no such field."}, status=400)
        return JsonResponse({"items": words, "page": 1, "has_next": False})

    def _must_see(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    # --- Export ----------------------------------------------------------------------------------

    def export(self, request):
        """Answer with all matching rows as CSV; a query that cannot be answered exports nothing."""
        self._must_see(request)
        try:
            with time_limit(connection, settings.LECTERN_QUERY_SECONDS):
                return self._csv(request, self.get_changelist_instance(request).queryset)
        except querying.QueryError as error:
            return self._nothing_exported(request, error)

    @admin.action(description="Export selected rows as CSV")
    def export_selected(self, request, queryset):
        return self._csv(request, queryset)

    def _csv(self, request, queryset):
        """Return the file. Raises QueryError when the rows cannot be had."""
        if error := getattr(request, "query_error", None):
            raise error
        keys = list(queryset.values_list("pk", flat=True)[: settings.LECTERN_EXPORT_ROWS])
        return stream_csv(self._csv_rows(request, keys), str(self.opts.verbose_name_plural), actor=request.user)

    def _nothing_exported(self, request, error):
        self.message_user(request, f"Nothing was exported. {error.message}", messages.ERROR)
        return redirect(f"{self.address('changelist')}?{request.GET.urlencode()}")

    def _csv_rows(self, request, keys):
        """Yield the header and the rows, a chunk at a time by key: no cursor stays open."""
        columns = [name for name in self.get_list_display(request) if name != "action_checkbox"]
        yield [str(label_for_field(name, self.model, self)) for name in columns]
        rows = self.get_queryset(request).select_related(*self.list_select_related or [None])
        for start in range(0, len(keys), EXPORT_CHUNK):
            chunk = keys[start : start + EXPORT_CHUNK]
            found = rows.in_bulk(chunk)
            yield from ([self._plain(name, found[key]) for name in columns] for key in chunk if key in found)

    def _plain(self, name, row):
        try:
            value = lookup_field(name, row, self)[2]
        except ObjectDoesNotExist:
            return ""
        if isinstance(value, SafeString):
            return strip_tags(value)
        if hasattr(value, "isoformat"):
            return value.isoformat()
        return "" if value is None else str(value)


def _rendered(response):
    """Render now, while the time limit holds: templates read the rows."""
    return response.render() if hasattr(response, "render") else response
