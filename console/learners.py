"""Finding a learner, and what the learner page is made of.

Search is by exact match first, then by the beginning of username, e-mail and name: each of the
three walks one index on every engine, so a million learners answer as fast as a thousand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import F, Q
from django.utils import timezone

from console.models import LearnerVisit
from console.platform import PlatformModel, features

PREFIX_LIMIT = 200
RETIRED_PREFIX = "retired__user_"
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class Match:
    """A learner who was found, and by what."""

    learner: object
    found_by: str


@dataclass(frozen=True)
class SearchResult:
    """What a search found; `truncated` says that there are more than are listed."""

    matches: list[Match]
    exact: list[Match]
    truncated: bool


def search(text: str) -> SearchResult:
    """Find learners by username, e-mail address, user id or name.

    Args:
        text: what was typed. White space around it does not matter, nor does letter case.

    Returns:
        Exact matches first (username, e-mail, id), then those whose username, e-mail or full name
        begins with the text; at most 200 for each of the three.
    """
    text = text.strip().replace("\x00", "")[:255]
    if not text:
        return SearchResult([], [], truncated=False)
    exact = _exact(text)
    found = {match.learner.pk: match for match in exact}
    truncated = False
    for field, found_by in (("username", "username"), ("email", "e-mail"), ("profile__name", "name")):
        learners = _beginning_with(field, text)
        truncated = truncated or len(learners) > PREFIX_LIMIT
        for learner in learners[:PREFIX_LIMIT]:
            found.setdefault(learner.pk, Match(learner, f"{found_by} begins so"))
    return SearchResult(list(found.values()), exact, truncated)


def _exact(text):
    matches = [Match(learner, "username") for learner in _people().filter(username__iexact=text)[:5]]
    if "@" in text:
        matches += [Match(learner, "e-mail") for learner in _people().filter(email__iexact=text)[:5]]
    if text.isascii() and text.isdigit() and int(text) <= MAX_ID:
        matches += [Match(learner, "user id") for learner in _people().filter(pk=int(text))]
    return list({match.learner.pk: match for match in reversed(matches)}.values())[::-1]


def _beginning_with(field, text):
    """Return up to one learner more than the limit.

    Sorted here and not by the database: ORDER BY with LIMIT tempts every engine to walk the whole
    index of the order instead of the few rows of the range.
    """
    learners = list(_people().filter(**{f"{field}__istartswith": text})[: PREFIX_LIMIT + 1])
    name = "full_name" if field == "profile__name" else field
    return sorted(learners, key=lambda learner: (getattr(learner, name).casefold(), learner.pk))


def _people():
    return get_user_model().objects.annotate(full_name=F("profile__name")).defer("password")


def find(username: str):
    """Return the learner with this username, with `full_name`; None when there is none."""
    if "\x00" in username:
        return None
    return _people().filter(username=username).first()


def display_name(learner) -> str:
    """Return the name to call a learner by: the profile's, else the account's, else the username."""
    return getattr(learner, "full_name", "") or learner.get_full_name() or learner.get_username()


def is_retired(learner) -> bool:
    """Say whether Open edX's retirement has replaced this account's personal data."""
    return learner.get_username().startswith(RETIRED_PREFIX)


# --- The learner page: tabs and jumps are contributed by the domain apps ----------------------


@dataclass(frozen=True)
class LearnerTab:
    """A tab of the learner page.

    Attributes:
        slug: last part of the address.
        label: one word.
        url_name: a view that takes `username`.
        order: position from the left; the lowest is the default tab.
        count: the number beside the label, for a learner and a viewer; None: there is none.
        needs: platform models that it counts; without their tables there is no number.
    """

    slug: str
    label: str
    url_name: str
    order: int
    count: Callable[[object, object], int] | None = None
    needs: tuple[type[PlatformModel], ...] = ()

    def shown_count(self, learner, viewer) -> int | None:
        """Return the number beside the label; None when the database has nothing to count."""
        return self.count(learner, viewer) if self.count and features.has(*self.needs) else None


_tabs: dict[str, LearnerTab] = {}
_marks: list[Callable[[object, object], object]] = []
_jumps: list[Callable[[str, object], str | None]] = []


def register_tab(tab: LearnerTab) -> None:
    """Add a tab to the learner page (from `AppConfig.ready`)."""
    _tabs[tab.slug] = tab


def tabs() -> list[LearnerTab]:
    """Return the tabs from left to right."""
    return sorted(_tabs.values(), key=lambda tab: tab.order)


def register_mark(mark: Callable[[object, object], object]) -> None:
    """Let an app say beside a learner's name what one has to know at once (from `AppConfig.ready`).

    Args:
        mark: takes learner and viewer, returns a badge or None.
    """
    _marks.append(mark)


def marks(learner, viewer) -> list:
    """Return what stands beside a learner's name."""
    return [shown for mark in _marks if (shown := mark(learner, viewer))]


def register_jump(recognise: Callable[[str, object], str | None]) -> None:
    """Let an app recognise what was typed into the search and name the address to go to.

    Args:
        recognise: takes the text and the viewer, returns an address or None.
    """
    _jumps.append(recognise)


def jump(text: str, viewer) -> str | None:
    """Return the address that the first app that recognises the text goes to."""
    return next((address for recognise in _jumps if (address := recognise(text, viewer))), None)


# --- Visits ----------------------------------------------------------------------------------


def record_visit(*, viewer, learner) -> None:
    """Remember that `viewer` opened the learner's page just now."""
    now = timezone.now()
    visits = LearnerVisit.objects.filter(viewer=viewer, learner=learner)
    if not visits.update(visited_at=now, visits=F("visits") + 1):
        LearnerVisit.objects.bulk_create(
            [LearnerVisit(viewer=viewer, learner=learner, visited_at=now)], ignore_conflicts=True
        )


def recent(viewer, limit: int = 8) -> list:
    """Return the learners whom `viewer` opened last, latest first."""
    visits = LearnerVisit.objects.filter(viewer=viewer).order_by("-visited_at")
    ids = list(visits.values_list("learner_id", flat=True)[:limit])
    people = {learner.pk: learner for learner in _people().filter(Q(pk__in=ids))}
    return [people[pk] for pk in ids if pk in people]
