"""User partitions as JSON: what Open edX reads and writes (xmodule/partitions/partitions.py)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_ID = 2**31 - 1
NAME_LENGTH = 255
SCHEME_LENGTH = 64
MAX_PARTITIONS = 500
MAX_GROUPS = 2000
VERSION = 3
GROUP_VERSION = 1
# Version 1 knew no schemes: all partitions were experiments.
FIRST_VERSION_WITH_SCHEME = 2

COHORT, RANDOM, ENROLLMENT_TRACK, TEAM = "cohort", "random", "enrollment_track", "team"
ENROLLMENT_TRACK_ID = 50
# Stock Open edX makes these itself; loading a course that stores one fails.
READ_ONLY_SCHEMES = frozenset({ENROLLMENT_TRACK, "content_type_gate", TEAM})
# What a stock platform has registered and lets Studio store.
STORABLE_SCHEMES = frozenset({COHORT, RANDOM, "verification"})


class PartitionError(ValueError):
    """JSON that is no user partition; `place` says where, such as `[0].groups[2].name`."""

    def __init__(self, place: str, cause: str):
        super().__init__(f"{place}: {cause}" if place else cause)
        self.place, self.cause = place, cause


@dataclass(frozen=True)
class Group:
    """A group of a partition."""

    id: int
    name: str
    version: int = GROUP_VERSION

    def to_json(self) -> dict:
        return {"id": self.id, "name": self.name, "version": self.version}


@dataclass(frozen=True)
class Partition:
    """A user partition. Two are equal when Open edX would take them for the same."""

    id: int
    name: str
    scheme: str
    description: str = ""
    groups: tuple[Group, ...] = ()
    parameters: dict = field(default_factory=dict)
    active: bool = True
    version: int = VERSION

    def to_json(self) -> dict:
        """Return the partition with the keys that Open edX writes."""
        return {
            "active": self.active,
            "description": self.description,
            "groups": [group.to_json() for group in self.groups],
            "id": self.id,
            "name": self.name,
            "parameters": self.parameters,
            "scheme": self.scheme,
            "version": self.version,
        }


def read_partitions(value, place: str = "") -> tuple[Partition, ...]:
    """Return the partitions of a course out of its `user_partitions`.

    Args:
        value: what the JSON stands for, already checked by `safe_json`.
        place: where it was found, for messages.

    Raises:
        PartitionError: not a list of partitions, or an id stands twice.
    """
    if not isinstance(value, list):
        raise PartitionError(place, "must be a list of partitions.")
    if len(value) > MAX_PARTITIONS:
        raise PartitionError(place, f"has more than {MAX_PARTITIONS} partitions.")
    partitions = tuple(read_partition(item, f"{place}[{number}]") for number, item in enumerate(value))
    _check_unique(partitions, place)
    return partitions


def read_partition(value, place: str = "") -> Partition:
    """Return one partition. Raises PartitionError as `read_partitions`."""
    if not isinstance(value, dict):
        raise PartitionError(place, "is not a partition: it must be an object.")
    version = _whole(value, "version", place)
    if version < 1:
        raise PartitionError(f"{place}.version", "must be 1 or higher.")
    parameters, active = value.get("parameters", {}), value.get("active", True)
    if not isinstance(parameters, dict):
        raise PartitionError(f"{place}.parameters", "must be an object.")
    if not isinstance(active, bool):
        raise PartitionError(f"{place}.active", "must be true or false.")
    return Partition(
        id=_whole(value, "id", place),
        name=_text(value, "name", place, NAME_LENGTH),
        scheme=_scheme(value, version, place),
        description=_text(value, "description", place),
        groups=_groups(value, place),
        parameters=parameters,
        active=active,
        version=version,
    )


def _groups(value, place):
    groups = _required(value, "groups", place)
    place = f"{place}.groups"
    if not isinstance(groups, list):
        raise PartitionError(place, "must be a list of groups.")
    if len(groups) > MAX_GROUPS:
        raise PartitionError(place, f"has more than {MAX_GROUPS} groups.")
    found = tuple(_group(item, f"{place}[{number}]") for number, item in enumerate(groups))
    _check_unique(found, place)
    return found


def _group(value, place):
    if not isinstance(value, dict):
        raise PartitionError(place, "is not a group: it must be an object.")
    if _whole(value, "version", place) != GROUP_VERSION:
        raise PartitionError(f"{place}.version", f"must be {GROUP_VERSION}.")
    return Group(id=_whole(value, "id", place), name=_text(value, "name", place, NAME_LENGTH))


def _scheme(value, version, place):
    if version < FIRST_VERSION_WITH_SCHEME:
        return RANDOM
    scheme = _text(value, "scheme", place, SCHEME_LENGTH)
    if not scheme:
        raise PartitionError(f"{place}.scheme", "must not be empty.")
    return scheme


def _required(value, key, place):
    if key not in value:
        raise PartitionError(place, f"has no “{key}”.")
    return value[key]


def _text(value, key, place, length=None):
    text = _required(value, key, place)
    if not isinstance(text, str):
        raise PartitionError(f"{place}.{key}", "must be text.")
    if length and len(text) > length:
        raise PartitionError(f"{place}.{key}", f"is longer than {length} characters.")
    return text


def _whole(value, key, place):
    """Return a whole number; Open edX passes ids through `int`, so digits in quotes count too."""
    number = _required(value, key, place)
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= len(str(MAX_ID)):
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        raise PartitionError(f"{place}.{key}", "must be a whole number.")
    if not 0 <= number <= MAX_ID:
        raise PartitionError(f"{place}.{key}", f"must lie between 0 and {MAX_ID}.")
    return number


def _check_unique(items: Iterable[Partition | Group], place):
    seen = set()
    for number, item in enumerate(items):
        if item.id in seen:
            raise PartitionError(f"{place}[{number}].id", f"{item.id} stands twice.")
        seen.add(item.id)
