"""How an export is refused."""

from groups.errors import GroupRefusedError


class OlxRefusedError(GroupRefusedError):
    """An export that is not imported. Names the file in it, and the cause in words.

    Args:
        file: path inside the export; empty for the export as a whole.
        cause: one or two sentences for the person.
    """

    def __init__(self, file: str, cause: str):
        self.file, self.cause = file[:300], cause
        super().__init__(f"{self.file}: {cause}" if file else cause)
