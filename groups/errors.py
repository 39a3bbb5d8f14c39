"""Why a change to the groups of a course run is not made; the text is for the person who asked for it."""


class GroupRefusedError(Exception):
    """A rule is in the way. Nothing was changed.

    Args:
        text: what is wrong and what to do.
        field: the field of a form that it is about, if it is about one.
        code: what programs go by, where the LMS's API has a word for it.
    """

    def __init__(self, text: str, field: str = "", code: str = ""):
        super().__init__(text)
        self.field, self.code = field, code


class GroupStaleError(GroupRefusedError):
    """Somebody else changed it since the person looked. Nothing was changed."""
