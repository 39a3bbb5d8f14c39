"""The state changes of saved queries."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from console import history, query_text
from console.queries import lists
from console.queries.models import SavedQuery
from console.queries.rules import Permission
from console.transactions import atomic_with_retries

UNSTORABLE = "The database cannot store a character of this, such as an emoji. Write it without."


class SavedQueryRefusedError(Exception):
    """A saved query that cannot be written; the text says why, for the person to read."""


@dataclass(frozen=True)
class Content:
    """What a person writes of a saved query.

    Attributes:
        title: unlike the others that its owner has for the same list.
        description: what it is good for, or empty.
        text: DjangoQL that the list can answer.
        is_shared: whether everybody who may open the list sees it.
    """

    title: str
    description: str
    text: str
    is_shared: bool


@atomic_with_retries
def save_query(*, list_name: str, content: Content, actor) -> SavedQuery:
    """Save a new query for a list (`console.queries.lists`), owned by `actor`.

    Raises:
        PermissionDenied: there is no such list for `actor`.
        QueryError: the list cannot answer the query.
        SavedQueryRefusedError: the title is taken, or holds what the database cannot store.
    """
    found = _open_list(list_name, actor)
    query = SavedQuery(owner=actor, list_name=list_name, created=timezone.now())
    _write(query, content, found, actor)
    message = f"Saved for {found.title}, {_told(query)}"
    history.record(actor=actor, obj=query, message=message, flag=history.ADDITION)
    return query


@atomic_with_retries
def change_query(*, query_id: int, content: Content, actor) -> SavedQuery:
    """Change, share or unshare a saved query; the list that it is for stays.

    Raises what `save_query` raises, and SavedQuery.DoesNotExist when it is gone.
    """
    query = _locked(query_id, actor)
    message = _changes(query, content)
    _write(query, content, _open_list(query.list_name, actor), actor)
    history.record(actor=actor, obj=query, message=message)
    return query


@atomic_with_retries
def delete_query(*, query_id: int, actor) -> None:
    """Delete a saved query. Raises PermissionDenied, or SavedQuery.DoesNotExist when it is gone."""
    query = _locked(query_id, actor)
    history.record(actor=actor, obj=query, message=f"Deleted, {_told(query)}", flag=history.DELETION)
    query.delete()


def record_run(*, query: SavedQuery, actor) -> None:
    """Write down that `actor` ran it, which is no change of the query itself."""
    SavedQuery.objects.filter(pk=query.pk).update(
        runs=F("runs") + 1, last_run_at=timezone.now(), last_run_by_id=actor.pk
    )


def _open_list(name, actor):
    found = lists.find(name)
    if found is None or not found.is_open_to(actor):
        raise PermissionDenied
    return found


def _locked(query_id, actor):
    query = SavedQuery.objects.select_for_update().get(pk=query_id)
    if not actor.has_perm(Permission.CHANGE, query):
        raise PermissionDenied
    return query


def _write(query, content, found, actor):
    query.title, query.description = content.title, content.description
    query.text, query.is_shared = query_text.clean(content.text), content.is_shared
    query.modified = timezone.now()
    found.check(query.text)
    try:
        # A savepoint: PostgreSQL refuses everything after an error in a transaction.
        with transaction.atomic():
            query.save()
    except IntegrityError as error:
        whose = "You already have" if query.owner_id == actor.pk else "Its owner already has"
        text = f"{whose} a query called “{query.title}” for {found.title}. Choose another title."
        raise SavedQueryRefusedError(text) from error
    except DataError as error:
        raise SavedQueryRefusedError(UNSTORABLE) from error


def _changes(query, content):
    """Say for the audit log what `content` changes of a query."""
    names = [name for name in ("title", "description", "text") if getattr(query, name) != getattr(content, name)]
    parts = [f"Changed {' and '.join(names)}"] if names else []
    if query.is_shared != content.is_shared:
        parts.append("Shared" if content.is_shared else "No longer shared")
    return f"{'. '.join(parts) or 'Saved without a change'}, {_told(content)}"


def _told(query):
    """Return what the audit log tells of a query: of a private one not what it asks for."""
    return f"shared: {query.text}" if query.is_shared else "private"
