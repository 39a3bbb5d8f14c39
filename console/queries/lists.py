"""The lists that queries are saved for: each console list with a query box, and each list of the admin.

A list is known by a name that the database keeps: the name of its address ("resets:list"), or
"admin:" and the model ("admin:auth.user").
"""

from dataclasses import dataclass

from django.apps import apps
from django.contrib.admin.views.main import SEARCH_VAR
from django.db import models
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse
from django.utils.http import urlencode

from console import querying
from console.admin import ADMIN_PREFIX, site
from console.rules import Permission
from console.views import INTROSPECT, QUERY_VAR


@dataclass(frozen=True)
class QueryList:
    """A list with a query box.

    Attributes:
        name: as `SavedQuery.list_name` keeps it.
        title: what people call it.
        variable: the parameter of its address that holds the query.
        export: the address of its export, up to the query's parameter.
        permissions: what one needs to open it.
    """

    name: str
    title: str
    variable: str
    url: str
    export: str
    introspect_url: str
    model: type[models.Model]
    schema: type[querying.GuardedSchema]
    permissions: tuple[str, ...]

    def is_open_to(self, user) -> bool:
        return user.has_perms(self.permissions)

    def address(self, text: str) -> str:
        """Return where the query `text` is answered."""
        return f"{self.url}?{urlencode({self.variable: text})}"

    def export_address(self, text: str) -> str:
        """Return where the answer comes as CSV."""
        return self.export + urlencode({self.variable: text})

    def check(self, text: str) -> None:
        """Raise QueryError when the query `text` cannot be answered here (any more)."""
        querying.check(text, self.model, self.schema)

    def explain(self, text: str) -> querying.Explanation | None:
        """Say why the query `text` cannot be answered here; None when it can."""
        try:
            self.check(text)
        except querying.QueryError as error:
            return querying.explain(text, error)
        return None


def find(name: str) -> QueryList | None:
    """Return the list of this name; None when there is none."""
    if name.startswith(ADMIN_PREFIX):
        return _admin_list(name)
    return _console_list(name)


def is_open(name: str, user) -> bool:
    """Say whether there is a list of this name that `user` may open."""
    found = find(name)
    return found is not None and found.is_open_to(user)


def _admin_list(name):
    try:
        model = apps.get_model(name.removeprefix(ADMIN_PREFIX))
    except (LookupError, ValueError):
        return None
    if not site.is_registered(model):
        return None
    model_admin = site.get_model_admin(model)
    plural = str(model._meta.verbose_name_plural)
    return QueryList(
        name=name,
        title=f"Admin: {plural}",
        variable=SEARCH_VAR,
        url=model_admin.address("changelist"),
        export=f"{model_admin.address('export')}?",
        introspect_url=model_admin.address("introspect"),
        model=model,
        schema=model_admin.schema,
        permissions=(Permission.ADMINISTER,),
    )


def _console_list(name):
    try:
        url = reverse(name)
        # `resolve` does not know the prefix that a site below a path has.
        view = resolve("/" + url.removeprefix(get_script_prefix())).func
    except (NoReverseMatch, Resolver404):
        return None
    page = getattr(view, "view_class", None)
    if getattr(page, "query_schema", None) is None:
        return None
    return QueryList(
        name=name,
        title=str(page.title),
        variable=QUERY_VAR,
        url=url,
        export=f"{url}?_export=csv&",
        introspect_url=reverse(f"{name}-{INTROSPECT}"),
        model=page.table_class._meta.model,
        schema=page.query_schema,
        permissions=tuple(page().get_permission_required()),
    )
