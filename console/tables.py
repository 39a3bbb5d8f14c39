"""The table that every list stands on: pages in two steps, capped counts, stable order, export."""

import itertools
from datetime import datetime

import django_tables2 as tables
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F
from django.utils.html import format_html
from django_tables2.data import TableData, TableListData, TableQuerysetData
from django_tables2.rows import BoundRow, BoundRows
from django_tables2.utils import Accessor, signature

from console import html

COUNT_CAP = 10_000
PAGE_SIZES = (25, 50, 100)
EXPORT_CHUNK = 1000
NO_COURSE = "Course run no longer exists"


class PagedData(TableQuerysetData):
    """Queryset rows whose page is fetched in two steps.

    First the primary keys, with only those annotations that the order or a filter needs; then the
    whole rows of that page. So an expensive column costs the same for 25 rows of 5 as of 2,500.
    """

    def __len__(self):
        if getattr(self, "_length", None) is None:
            self._length = self._counted().order_by().values("pk")[: COUNT_CAP + 1].count()
        return self._length

    def know(self, length: int) -> None:
        """Take so many rows for granted instead of counting them."""
        self._length = min(length, COUNT_CAP + 1)

    def _counted(self):
        """Return the rows to count. Without a condition these are the model's: what annotations join adds none."""
        query = self.data.query
        is_narrowed = query.where or query.distinct or query.group_by is not None
        return self.data if is_narrowed else self.model._base_manager.using(self.data.db)

    def __getitem__(self, key):
        if not isinstance(key, slice):
            return super().__getitem__(key)
        return self.fetch(list(self.keys()[key]))

    def keys(self):
        """Return the primary keys in the table's order, with the key itself as last criterion."""
        order = [self._criterion(name) for name in self.data.query.order_by or self._first_order()]
        return self.data.order_by(*order, "pk").values_list("pk", flat=True)

    def fetch(self, keys):
        """Return the whole rows of these keys, in their order, decorated by the table."""
        found = {row.pk: row for row in self.table.dress(self.data.order_by().filter(pk__in=keys))}
        rows = [found[key] for key in keys if key in found]
        self.table.decorate(rows)
        return rows

    def _first_order(self):
        """Return the order when nobody asked for one: of the table's own, the library leaves out what is no column."""
        hidden = [name for name in self.table._meta.order_by or () if name.lstrip("-") not in self.table.columns]
        return hidden or self.model._meta.ordering

    def _criterion(self, name):
        """Put missing values last, whatever the database thinks of them."""
        if not isinstance(name, str) or name.lstrip("-") not in self.table.nulls_last:
            return name
        column = F(name.lstrip("-"))
        return column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_last=True)


class PagedList(TableListData):
    """Rows made in Python; those of a page are decorated by the table, as those of a queryset are."""

    def __getitem__(self, key):
        return self.fetch(range(len(self))[key]) if isinstance(key, slice) else super().__getitem__(key)

    def keys(self):
        """Return the places of the rows."""
        return range(len(self))

    def fetch(self, keys):
        """Return the decorated rows at these places."""
        rows = [self.data[key] for key in keys]
        self.table.decorate(rows)
        return rows


class CappedPaginator(Paginator):
    """Counts to the cap and no further, and obeys only the page sizes that are offered."""

    def __init__(self, object_list, per_page, **kwargs):
        super().__init__(object_list, per_page if per_page in PAGE_SIZES else PAGE_SIZES[0], **kwargs)

    @property
    def is_capped(self):
        return super().count > COUNT_CAP

    @property
    def count(self):
        return min(super().count, COUNT_CAP)


class Table(tables.Table):
    """Base of all tables.

    Class attributes:
        nulls_last: order names (columns or annotations) that may be NULL.
        title_column: the column whose cells are the row's heading (`th scope=row`).
    """

    nulls_last: tuple[str, ...] = ()
    title_column: str | None = None

    class Meta:
        template_name = "console/table.html"
        default = "–"

    def __init__(self, data=None, **kwargs):
        if not isinstance(data, TableData) and TableQuerysetData.validate(data):
            data = PagedData(data)
        self._ways = {}
        super().__init__(data=data, **kwargs)
        self.rows = Rows(data=self.data, table=self)

    @property
    def kind(self) -> str:
        """Return the name under which a browser remembers which columns of such a table are shown."""
        return type(self).__name__

    def dress(self, queryset):
        """Add to a page's queryset what is only shown: counting and sorting do without. Default: nothing."""
        return queryset

    def decorate(self, rows: list) -> None:
        """Add to the rows of a page what one more query for all of them finds. Default: nothing."""

    def csv_rows(self):
        """Return an iterator over the header and then every row as plain values.

        Which rows these are is found out at once, so that the caller can limit the time that it
        takes; they are read later, a chunk at a time.
        """
        if isinstance(self.data, PagedData | PagedList):
            return self._csv_lines(self._in_chunks(list(self.data.keys()[: settings.LECTERN_EXPORT_ROWS])))
        return self._csv_lines(itertools.islice(self.data, settings.LECTERN_EXPORT_ROWS))

    def _csv_lines(self, records):
        columns = [column for column in self.columns.iterall() if not column.column.exclude_from_export]
        yield [str(column.header) for column in columns]
        readers = [self._reader(column) for column in columns]
        for record in records:
            row = Row(record, self)
            yield [_plain(read(row)) for read in readers]

    def _reader(self, column):
        """Return how an exported value is read from a row, found out once: the library does it for each cell.

        A field with choices, of which it exports the label, is left to it.
        """
        accessor, empty, model = Accessor(column.accessor), column.column.empty_values, self._meta.model
        if model is None or getattr(accessor.get_field(model), "choices", None):
            return lambda row: row.get_cell_value(column.name)

        def read(row):
            value = accessor.resolve(row.record, quiet=True)
            return None if value in empty else row.call_value(column, value)

        return read

    def call(self, column, name: str, given: dict):
        """Return what a column's function `name` (`render` or `value`) makes of those of the arguments it takes.

        Which these are is found out once. The library inspects the function for each cell, which took
        a tenth of the time of a page and most of that of an export.
        """
        key = column.name, name
        if key not in self._ways:
            self._ways[key] = _way(column, name)
        function, names = self._ways[key]
        return function(**(given if names is None else {name: given[name] for name in names}))

    def _in_chunks(self, keys):
        for start in range(0, len(keys), EXPORT_CHUNK):
            yield from self.data.fetch(keys[start : start + EXPORT_CHUNK])


class Row(BoundRow):
    """A row that calls its columns through `Table.call`."""

    def _call_render(self, bound_column, value=None):
        given = self._optional_cell_arguments(bound_column, value)
        content = self.table.call(bound_column, "render", given)
        return bound_column.link(content, **given) if bound_column.link else content

    def call_value(self, bound_column, value=None):
        """Return what the column exports for a value of this row."""
        return self.table.call(bound_column, "value", self._optional_cell_arguments(bound_column, value))

    _call_value = call_value


class Rows(BoundRows):
    """The rows of a table, or of a page of it."""

    def __iter__(self):
        return (Row(record, table=self.table) for record in self.data)

    def __getitem__(self, key):
        found = self.data[key]
        return Rows(data=found, table=self.table) if isinstance(key, slice) else Row(found, table=self.table)


def _way(column, name):
    """Return a function of a column, and the names of the arguments that it takes; None: all."""
    function = getattr(column, name)
    if getattr(function, "__func__", None) is tables.Column.value:
        # That one only hands on to this one.
        function = column.column.render
    names, takes_all = signature(function)
    return function, None if takes_all else names


def _plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def export_column(**kwargs) -> tables.Column:
    """Return a column of the export and of `?sort=`, which the screen shows as part of another."""
    return tables.Column(visible=False, empty_values=(), **kwargs)


class ShownColumn(tables.Column):
    """A column of the screen that sums export columns up, and is not exported itself."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, empty_values=(), accessor="pk", exclude_from_export=True, **kwargs)


def course_cell(name: str | None, course_key):
    """Return a course run's name above its key; a deleted run has no name any more."""
    shown = html.clamped(name) if name else format_html('<span class="muted">{}</span>', NO_COURSE)
    return format_html('<div>{}</div><span class="small muted">{}</span>', shown, html.key(course_key))


class MomentColumn(tables.Column):
    """A moment: relative in the cell, absolute on hover, ISO 8601 in exports."""

    attrs = {"td": {"class": "nowrap"}}

    def __init__(self, *args, missing="–", **kwargs):
        super().__init__(*args, empty_values=(), **kwargs)
        self.missing = missing

    def render(self, value):
        return html.ago(value, missing=self.missing)

    def value(self, value):
        return value
