"""Model fields for Open edX's keys: `opaque_keys` objects in Python, readable even when odd."""

from functools import lru_cache

from opaque_keys import InvalidKeyError
from opaque_keys.edx.django import models as opaque


class UnreadableKey(str):
    """Text found in a key column that is no key. Shown as it is, so that its row is not lost."""

    org = course = run = ""


class _TolerantKeyMixin:
    """Reads keys through a cache, and hands odd text on instead of failing the whole page.

    Writing stays strict: text that is no key is refused by the field that this is mixed into.
    """

    def from_db_value(self, value, expression, connection):
        return _parse(self.KEY_CLASS, value) if value else None

    def to_python(self, value):
        return value if isinstance(value, UnreadableKey) else super().to_python(value)

    def get_prep_value(self, value):
        return str(value) if isinstance(value, UnreadableKey) else super().get_prep_value(value)


@lru_cache(maxsize=4096)
def _parse(key_class, text):
    try:
        return key_class.from_string(text.strip())
    except InvalidKeyError:
        return UnreadableKey(text)


class CourseKeyField(_TolerantKeyMixin, opaque.CourseKeyField):
    """A course run, such as `course-v1:Org+Num+Run`."""


class LearningContextKeyField(_TolerantKeyMixin, opaque.LearningContextKeyField):
    """A course run or a library."""


class UsageKeyField(_TolerantKeyMixin, opaque.UsageKeyField):
    """A block of a course, such as `block-v1:Org+Num+Run+type@problem+block@a1`."""
