"""What happened to a learner, newest first. The domain apps contribute; each knows its own tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from console.platform import PlatformModel, features

# Of each source: a learner's history is read from its end.
LIMIT = 500


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        what: a few words, such as "Reset complete".
        tone: as of a badge.
        detail: a memo or a reason.
        course_id, course_name: of the course run; the name is None when the run is gone.
        by: username of who did it; empty for a machine.
        link: the page that tells more.
    """

    at: datetime
    what: str
    tone: str = "neutral"
    detail: str = ""
    course_id: object = None
    course_name: str | None = None
    by: str = ""
    link: str = ""


@dataclass(frozen=True)
class Source:
    """Tells the events of a learner that a viewer may see, at most the last `LIMIT`.

    Attributes:
        events: called with learner and viewer.
        needs: platform models without whose tables there is nothing to tell.
    """

    events: Callable[[object, object], Iterable[Event]]
    needs: tuple[type[PlatformModel], ...] = ()


_sources: list[Source] = []


def register(source: Source) -> None:
    """Let an app tell what happened to learners (from `AppConfig.ready`)."""
    _sources.append(source)


def events_of(learner, viewer) -> list[Event]:
    """Return what happened to a learner, newest first."""
    told = [source.events(learner, viewer) for source in _sources if features.has(*source.needs)]
    return sorted((event for events in told for event in events), key=attrgetter("at"), reverse=True)


def left_out() -> list[str]:
    """Return a sentence for each table that the database lacks, and what is not told therefore."""
    return [note for source in _sources for note in features.notes(*source.needs)]
