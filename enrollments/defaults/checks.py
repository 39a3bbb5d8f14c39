"""What staff should notice about an intention. Only the rules marked as refusals stop anything."""

from collections.abc import Iterable
from datetime import datetime

from enrollments.defaults.content import Content, resolve
from enrollments.defaults.keys import course_of
from enrollments.defaults.models import DefaultIntention, Origin

NO_KEY = (
    "This is neither the key of a course, such as Org+Number, nor of a course run, such as course-v1:Org+Number+Run."
)
KEY_LENGTH = DefaultIntention._meta.get_field("content_key").max_length


def refusal_of(content: Content) -> str:
    """Say why such content cannot be intended, or return empty text.

    The original refuses what does not resolve to a course run. So does this where an import says so;
    what is only unknown or estimated is a warning.
    """
    if content.kind is None:
        return NO_KEY
    imported = [run for run in content.runs.runs if run.origin not in {None, Origin.ESTIMATED}]
    if not imported:
        return ""
    if content.run is None:
        return f"The content key does not lead to a course run. {content.problem}"
    if content.run.origin is None:
        return (
            f"The content key does not lead to a course run. The import knows {len(imported)} of this course, not this."
        )
    return ""


def warnings_of(intention: DefaultIntention, others: Iterable[DefaultIntention], now: datetime) -> list[str]:
    """Return what may be wrong with a live intention, a sentence each, the gravest first.

    Args:
        intention: saved or not.
        others: live intentions of the same customer; itself may be among them.
    """
    content = resolve([intention], now)[intention.pk]
    overlaps = [each for each in others if each.pk != intention.pk and course_of(each.content_key) == content.course]
    return [*_content_warnings(content), *_overlap_warnings(overlaps), *_customer_warnings(intention, content)]


def _content_warnings(content):
    if content.is_enrollable:
        return []
    if content.run is None:
        return [f"It leads to no course run, so nobody is enrolled. {content.problem}"]
    if content.is_enrollable is None:
        return [f"Whether learners can enroll is not known. {content.why_not}"]
    return [f"Learners cannot enroll in {content.run.key} now. {content.why_not}"]


def _overlap_warnings(overlaps):
    return [
        f"The same course is intended a second time, as {each.content_key}. Learners may be enrolled in two runs of it."
        for each in overlaps
    ]


def _customer_warnings(intention, content):
    found = []
    if content.catalogs == frozenset():
        found.append(
            "None of the customer’s catalogs contains it, as far as imports tell. A license pays only for what its "
            "catalog contains."
        )
    if not intention.enterprise_customer.active:
        found.append("The customer is not active.")
    return found


def same_key(intentions: Iterable[DefaultIntention], content_key: str) -> DefaultIntention | None:
    """Return the intention that has this key, whatever its letter case: a live one rather than a removed one."""
    alike = [each for each in intentions if each.content_key.lower() == content_key.lower()]
    return min(alike, key=lambda each: each.is_removed, default=None)
