"""Why a change to the groups of a course run is not made; the text is for the person who asked for it."""


class GroupRefusedError(Exception):
    """A rule is in the way. Nothing was changed."""


class GroupStaleError(GroupRefusedError):
    """Somebody else changed it since the person looked. Nothing was changed."""
