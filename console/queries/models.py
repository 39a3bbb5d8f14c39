"""A saved query, and who may see it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from console.query_text import MAX_LENGTH

OFFERED = 50


class SavedQueryQuerySet(models.QuerySet):
    """Saved queries, scoped by owner and by the list that each belongs to."""

    def visible_to(self, user):
        """Return one's own and the shared queries, of those lists that `user` may open."""
        from console.queries import lists  # noqa: PLC0415 (the lists show saved queries)

        names = self.order_by().values_list("list_name", flat=True).distinct()
        open_names = [name for name in names if lists.is_open(name, user)]
        return self.filter(Q(owner=user) | Q(is_shared=True), list_name__in=open_names)

    def offered(self, list_name: str, user) -> list[dict]:
        """Return what the completion of a list's query box offers: title and text, own ones first.

        Who may ask is decided before: by the permission of the list itself.
        """
        found = self.filter(Q(owner=user) | Q(is_shared=True), list_name=list_name)
        own_first = models.Case(models.When(owner=user, then=0), default=1)
        return list(found.order_by(own_first, "title", "pk").values("title", "text")[:OFFERED])


class SavedQuery(models.Model):
    """A query with a title, kept for one list. It gives nobody rows: the list decides about those."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    list_name = models.CharField("list", max_length=100, help_text="See console.queries.lists.")
    title = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="")
    text = models.CharField("query", max_length=MAX_LENGTH)
    is_shared = models.BooleanField("shared", default=False)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    runs = models.PositiveIntegerField(default=0)

    objects = SavedQueryQuerySet.as_manager()

    class Meta:
        db_table = "lectern_console_saved_query"
        verbose_name = "saved query"
        verbose_name_plural = "saved queries"
        constraints = [models.UniqueConstraint(fields=["owner", "list_name", "title"], name="lectern_query_title")]
        indexes = [models.Index(fields=["list_name", "is_shared"], name="lectern_query_list")]

    def __str__(self):
        return self.title
