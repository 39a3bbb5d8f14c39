"""A made-up site's saved queries: private and shared, run often and never, and one that broke since."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import get_user_model

from console.demo import ADMIN, SUPPORT, Demo
from console.queries.models import SavedQuery

COLLEAGUE = "m.lindqvist"


@dataclass(frozen=True)
class Made:
    """A saved query to make. `last_run`: days ago, None for never."""

    owner: str
    list_name: str
    title: str
    text: str
    description: str = ""
    is_shared: bool = True
    runs: int = 0
    last_run: float | None = None


QUERIES = (
    Made(
        SUPPORT,
        "resets:list",
        "Failed this week",
        'status = "Failed" and created > "-7d"',
        "Look at these every morning: say why in the ticket, then try once more.",
        runs=41,
        last_run=0.3,
    ),
    Made(
        SUPPORT,
        "resets:list",
        "My tickets",
        'reset_by = "support" and comment ~ "ticket"',
        is_shared=False,
        runs=3,
        last_run=6,
    ),
    Made(
        COLLEAGUE,
        "enrollments:list",
        "Verified, and nothing done for a month",
        'mode = "verified" and recently_active = False and created < "-30d"',
        "Learners to write to before the run ends.",
        runs=12,
        last_run=2,
    ),
    Made(
        COLLEAGUE,
        "enrollments:list",
        "Enrollments whose reset failed",
        'reset_state = "failed"',
        "From before the status of a reset had its own column.",
        runs=7,
        last_run=80,
    ),
    Made(
        ADMIN,
        "admin:auth.user",
        "New staff",
        'is_staff = True and date_joined > "-90d"',
        "Accounts with the staff flag that are younger than three months.",
        runs=5,
        last_run=11,
    ),
    Made(
        ADMIN,
        "admin:lectern_resets.courseresetaudit",
        "Asked for by people who left",
        "reset_by.is_active = False",
        is_shared=False,
    ),
)


def load(demo: Demo) -> int:
    """Make the saved queries; returns how many. Needs the staff of `console.demo`."""
    people = get_user_model().objects.in_bulk({made.owner for made in QUERIES}, field_name="username")
    return len(SavedQuery.objects.bulk_create(_row(demo, made, people[made.owner]) for made in QUERIES))


def _row(demo, made, owner):
    last_run = None if made.last_run is None else demo.ago(made.last_run)
    saved = (last_run or demo.now) - timedelta(days=9)
    return SavedQuery(
        owner=owner,
        list_name=made.list_name,
        title=made.title,
        description=made.description,
        text=made.text,
        is_shared=made.is_shared,
        created=saved,
        modified=saved,
        last_run_at=last_run,
        last_run_by=owner if last_run else None,
        runs=made.runs,
    )
