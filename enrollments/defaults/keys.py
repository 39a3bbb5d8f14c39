"""Content keys: what an intention, a catalog or an import may name, a course or one run of it."""

from functools import lru_cache

from django.db import models
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import CourseLocator


class Kind(models.TextChoices):
    """What a content key names; the words of `content_type` in the platform's tables."""

    COURSE = "course", "Course"
    RUN = "course_run", "Course run"


def kind_of(content_key: str) -> Kind | None:
    """Say whether a key is one of a course run (`course-v1:Org+Num+Run`, `Org/Num/Run`), of a
    course (`Org+Num`), or neither: then None.

    The original asks its catalog service; by their form the two cannot be mistaken.
    """
    if ":" in content_key or content_key.count("/") == 2:  # noqa: PLR2004 (Org/Num/Run)
        return Kind.RUN if _parsed(content_key) else None
    is_course = content_key.count("+") == 1 and _parsed(f"course-v1:{content_key}+run")
    return Kind.COURSE if is_course else None


def run_key_of(content_key: str) -> CourseKey:
    """Return the run that a key of `Kind.RUN` names."""
    return CourseKey.from_string(content_key)


def course_of(content_key: str) -> str:
    """Return the course of a key of either kind, in lower case: keys are compared without regard to it.

    A key that is neither stands for itself.
    """
    key = _parsed(content_key)
    return (f"{key.org}+{key.course}" if key else content_key).lower()


@lru_cache(maxsize=10_000)
def _parsed(text):
    """Return the key of a course run that the text is, or None: libraries, branches and versions are none."""
    try:
        key = CourseKey.from_string(text)
    except InvalidKeyError:
        return None
    # Of an old key such as `Org/Num/`, the library takes an empty run.
    is_run = isinstance(key, CourseLocator) and key.run and key.branch is None and key.version_guid is None
    return key if is_run else None
