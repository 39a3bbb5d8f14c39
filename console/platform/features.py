"""Features that are off because the connected database lacks their tables.

Pages ask `has` before they read an optional table, show `notes` about what they leave out, and call
`require` where nothing is left without it.
"""

from console.platform import PlatformModel, uses_existing_tables
from console.platform.differences import table_state


class FeatureOffError(Exception):
    """A page needs a table that this database does not have; the text says what is off and why."""


def has(*models: type[PlatformModel]) -> bool:
    """Say whether the database has the tables of all these models, with every column that is read.

    Embedded installations have what their migrations made; only an LMS's database is looked at.
    """
    return not uses_existing_tables() or not any(table_state(model) for model in models)


def notes(*models: type[PlatformModel]) -> list[str]:
    """Return a sentence for each of these models that the database lacks: what is off, and why."""
    if not uses_existing_tables():
        return []
    found = ((model, table_state(model)) for model in models)
    return [f"{model.table_use.without} This database has {state}." for model, state in found if state]


def require(*models: type[PlatformModel]) -> None:
    """Stop a page whose tables are missing. Raises FeatureOffError, which is shown as a page."""
    for note in notes(*models):
        raise FeatureOffError(note)
