"""Why a change to cohorts is not made; the text is for the person who asked for it."""

from groups.errors import GroupRefusedError, GroupStaleError


class CohortRefusedError(GroupRefusedError):
    """A rule about cohorts is in the way. Nothing was changed."""


class CohortStaleError(CohortRefusedError, GroupStaleError):
    """Somebody else changed the cohort or the settings since the person looked. Nothing was changed."""


class NoSuchCohortError(CohortRefusedError):
    """The cohort is not one of this course run, or no longer."""

    def __init__(self):
        super().__init__("This cohort is no longer there.")
