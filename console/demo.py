"""A made-up site, part one: people, profiles and roles.

Each app may have a `demo.py` with `load(demo)`, and a `crowd.py` with `start(now)` and
`grow(chunk)`; `manage.py load_demo` calls them in the order of INSTALLED_APPS.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from opaque_keys.edx.keys import CourseKey

from console.demo_names import pick_name
from console.models import ApiToken, CourseAccessRole, UserProfile
from console.rules import SUPPORT_ROLE

SUPPORT, INSTRUCTOR, ADMIN, NO_ROLE = "support", "instructor", "admin", "norole"
PASSWORD = "lectern-demo"  # noqa: S105 (public on purpose; load_demo refuses a database that has other users)
UNUSABLE = "!"  # What the platform and Django store where there is no password.
SIGN_INS = {
    SUPPORT: "support agent: finds learners and resets courses",
    INSTRUCTOR: "instructor of two course runs",
    ADMIN: "superuser: everything, and the admin site",
    NO_ROLE: "a learner without a role: is refused",
}
INSTRUCTOR_COURSES = tuple(
    CourseKey.from_string(text) for text in ("course-v1:NorthU+DS101+C12", "course-v1:NorthU+WRIT200+C7")
)
# Support agents who never sign in here: a history has more than one name in it.
AGENTS = {"ngozi.okonkwo": "Ngozi Okonkwo", "m.lindqvist": "Märta Lindqvist"}
EVERY_STATUS, MANY_COURSES = "amina.yusuf", "max.many"
LEARNERS = 300
_MAIL_HOSTS = ("example.com", "example.org", "example.net", "students.northu.example")

_LONG_NAME = (
    "Maria Theresia Walburga Amalia Christina Josepha Antonia Ferdinanda Leopoldine Wilhelmine "
    "von und zu Hohenstein-Wolkenburg-Lichterfelde-Sonnenthal geborene Freiin von Grünewald-Ostrowski"
)
# Shapes of names and usernames that real sites have and that pages and addresses must survive.
SPECIAL_LEARNERS = (
    (EVERY_STATUS, "Amina Yusuf", "NG"),
    (MANY_COURSES, "Max Many", "DE"),
    ("bobby_tables", '<b>Bobby</b> & "Tables"', "US"),
    ("maria-theresia", _LONG_NAME, "AT"),
    ("мария.иваненко", "Мария Іваненко", "UA"),
    ("li na", "李娜", "CN"),
    ("ann+mooc", "Ann-Kathrin D'Souza-O'Neill", "IN"),
    ("j@ne", "Jane Nakamura", "JP"),
    ("omar@mail.example", "عمر الفاروق", "EG"),
    ("-dash-_under__score", "Ngọc Trần", "VN"),
    ("20240117", "Sevda Öztürk", "TR"),
    ("x", "X", None),
)


@dataclass
class Demo:
    """What every app's `load` is given.

    Args:
        now: the moment that all dates are counted from.
        random: the one source of chance, seeded: the same data each time.
        learners: how many learners to make.
    """

    now: datetime
    random: Random
    learners: int = LEARNERS

    def ago(self, days: float) -> datetime:
        """Return the moment `days` before now; negative days lie ahead."""
        return self.now - timedelta(days=days)


def load(demo: Demo) -> str:
    """Make staff and learners with their profiles and roles; returns what was made, in words."""
    _make_staff(demo)
    for username, name, country in SPECIAL_LEARNERS:
        _make_person(demo, username, name, country)
    rows = [_learner(demo, number) for number in range(demo.learners - len(SPECIAL_LEARNERS))]
    get_user_model().objects.bulk_create([user for user, _, _ in rows])
    # Read back, because MySQL does not say which ids it gave.
    users = get_user_model().objects.in_bulk([user.username for user, _, _ in rows], field_name="username")
    UserProfile.objects.bulk_create(_profile(demo, users[user.username], name, country) for user, name, country in rows)
    _make_tokens(demo)
    return f"{demo.learners} learners, {len(SIGN_INS) - 1 + len(AGENTS)} staff"


def _make_tokens(demo):
    """Make one API token that works, one that expired and one that was revoked. Nobody knows their secrets."""
    people = get_user_model().objects.in_bulk([SUPPORT, ADMIN], field_name="username")
    for name, made, lasts, used, revoked in (
        ("Nightly report", 40, 90, 0.3, None),
        ("Trial of the API", 200, 30, 175, None),
        ("Old ticket system", 120, 365, 61, 60),
    ):
        ApiToken.objects.create(
            user=people[SUPPORT],
            name=name,
            digest=f"{demo.random.getrandbits(256):064x}",
            created_at=demo.ago(made),
            created_by=people[ADMIN],
            expires_at=demo.ago(made - lasts),
            last_used_at=demo.ago(used),
            revoked_at=revoked and demo.ago(revoked),
        )


def learners():
    """Return the demo learners that are in use: no staff, nobody retired."""
    staff = [*SIGN_INS, *AGENTS]
    return get_user_model().objects.exclude(username__in=staff).exclude(username__startswith="retired__user_")


def _make_staff(demo):
    password = make_password(PASSWORD)  # One hash for all: hashing is slow by design.
    flags = {ADMIN: {"is_staff": True, "is_superuser": True}}
    names = {SUPPORT: "Sam Support", INSTRUCTOR: "Iris Instructor", ADMIN: "Ada Admin", NO_ROLE: "Nora Role"}
    for username, name in names.items():
        user = _make_person(demo, username, name, "GB", password=password, **flags.get(username, {}))
        for role in _roles(username):
            CourseAccessRole.objects.create(user=user, **role)
    for username, name in AGENTS.items():
        _give_support(_make_person(demo, username, name, "SE"))


def _roles(username):
    if username == SUPPORT:
        return [{"org": "", "course_id": None, "role": SUPPORT_ROLE}]
    if username == INSTRUCTOR:
        return [{"org": key.org, "course_id": key, "role": "instructor"} for key in INSTRUCTOR_COURSES]
    return []


def _make_person(demo, username, name, country, **fields):
    fields = {"password": UNUSABLE, "date_joined": demo.ago(demo.random.uniform(420, 1500)), **fields}
    email = f"{username.replace('@', '.at.').replace(' ', '.').strip('-_')}@example.com"
    user = get_user_model().objects.create(username=username, email=email, last_login=_last_login(demo), **fields)
    _profile(demo, user, name, country).save()
    return user


def _give_support(user):
    CourseAccessRole.objects.create(user=user, org="", course_id=None, role=SUPPORT_ROLE)


def _learner(demo, number):
    """Return an unsaved user, the full name and the country; the first two are retired."""
    user = get_user_model()(password=UNUSABLE, date_joined=demo.ago(demo.random.uniform(5, 2200)))
    if number < 2:  # noqa: PLR2004 (two are enough to see what retirement leaves)
        user.username = f"retired__user_{demo.random.getrandbits(160):040x}"
        user.email, user.is_active = f"{user.username}@retired.invalid", False
        return user, "", None
    name = pick_name(demo.random)
    user.username = _username(demo.random, name, number)
    user.email = f"{name.given}.{name.family}.{number}@{demo.random.choice(_MAIL_HOSTS)}"
    user.is_active = demo.random.random() > 0.04  # noqa: PLR2004
    user.last_login = _last_login(demo)
    return user, name.full, name.country


def _username(random, name, number):
    shapes = ("{0}.{1}{2}", "{0}_{1}{2}", "{0}{2}", "{1}{0}-{2}", "{0}+{2}", "{0}.{2}@northu", "{1}_{2}", "S{2:06}")
    return random.choice(shapes).format(name.given, name.family, number)


def _last_login(demo):
    return demo.ago(demo.random.expovariate(1 / 60)) if demo.random.random() < 0.9 else None  # noqa: PLR2004


def _profile(demo, user, name, country):
    return UserProfile(
        user=user,
        name=name,
        country=country,
        year_of_birth=demo.random.choice([None, *range(1950, 2008)]),
        gender=demo.random.choice(["m", "f", "o", None]),
        level_of_education=demo.random.choice(["p", "m", "b", "a", "hs", "jhs", None]),
        language=demo.random.choice(["", "English", "Español", "العربية", "中文"]),
    )
