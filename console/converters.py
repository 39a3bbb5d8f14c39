"""Path converters for Open edX's keys."""

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey


class CourseKeyConverter:
    """A course key as part of an address: `course-v1:Org+Num+Run`, `ccx-v1:…`, or the old `Org/Num/Run`."""

    regex = r"[^/+]+(?:/[^/]+/[^/]+|\+[^/]+)"

    def to_python(self, value):
        """Return the key. Raises ValueError, which Django answers with 404, for text that is none."""
        try:
            return CourseKey.from_string(value)
        except InvalidKeyError as error:
            raise ValueError(value) from error

    def to_url(self, value):
        return str(value)
