"""Model fields for what Open edX stores: keys as `opaque_keys` objects, UUIDs in either kind of column."""

from functools import lru_cache

from django.db import models
from opaque_keys import InvalidKeyError
from opaque_keys.edx.django import models as opaque

from console.collations import KeyExact, KeyIn
from console.columns import column_of


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


for _field in (CourseKeyField, LearningContextKeyField, UsageKeyField):
    _field.register_lookup(KeyExact)
    _field.register_lookup(KeyIn)


class UUIDField(models.UUIDField):
    """A UUID, whether its column is `char(32)` or the database's own `uuid` type.

    Django decides that by the engine. A MariaDB of today has the type, but what an LMS made on MySQL
    or on an older MariaDB is `char(32)` there: Django then sends text with dashes and finds nothing.
    This field looks at the real column, once for each table and process.
    """

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)

    def get_db_prep_value(self, value, connection, prepared=False):  # noqa: FBT002 (Django's signature)
        value = self.to_python(value)
        if value is None or self._is_native(connection):
            return value
        return value.hex

    def _is_native(self, connection):
        if connection.vendor != "mysql" or not connection.features.has_native_uuid_field:
            return connection.features.has_native_uuid_field
        # Without a model it is the output of an expression: then it is what the engine makes.
        column = column_of(self, connection) if hasattr(self, "model") else None
        return column is None or column.type == "uuid"
