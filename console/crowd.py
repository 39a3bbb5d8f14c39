"""A made-up crowd, part one: very many people, written by INSERT ... SELECT from small temporary tables.

What varies (names, dates, courses) is worked out once in Python and put into temporary tables of
some thousand rows; the database multiplies them. So one SQL text serves every engine, and a
million learners take minutes. Each learner's id is known beforehand (`chunk.after` + number),
and everything about them is picked by arithmetic on it: the same on every machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connection
from django.db.models import CharField, DateTimeField, Field, Max

from console.demo_names import pick_name

MAIL_HOST = "crowd.example"
# How many different people and moments there are; primes, so that picks by remainder do not fall into step.
PEOPLE, MOMENTS = 4001, 1459


@dataclass(frozen=True)
class Chunk:
    """Learners made in one transaction: those with the ids from `after` + 1 to `after` + `size`."""

    after: int
    size: int


def size() -> int:
    """Return how many learners of the crowd there are."""
    return get_user_model().objects.filter(email__endswith=f"@{MAIL_HOST}").count()


def chunks(wanted: int, at_once: int) -> Iterator[Chunk]:
    """Yield chunks for `wanted` learners, at most `at_once` each, beginning after the last account.

    Needs a table `lectern_demo_number` of 1 to `at_once`, which is made first.
    """
    pick_table("number", {}, ((),) * at_once)
    for done in range(0, wanted, at_once):
        last = get_user_model().objects.aggregate(last=Max("pk"))["last"] or 0
        yield Chunk(last, min(at_once, wanted - done))


def pick_table(name: str, columns: dict[str, Field], rows: Iterable[tuple]) -> None:
    """Make the temporary table `lectern_demo_<name>`: the rows, numbered from 1 in column `n`."""
    table = f"lectern_demo_{name}"
    kinds = ", ".join(
        ["n integer PRIMARY KEY", *(f"{key} {kind.db_type(connection)}" for key, kind in columns.items())]
    )
    fields = columns.values()
    values = [
        (number, *(field.get_db_prep_value(value, connection) for field, value in zip(fields, row, strict=True)))
        for number, row in enumerate(rows, start=1)
    ]
    places = ", ".join(["%s"] * (len(columns) + 1))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({kinds})")
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (the names are ours)
        cursor.executemany(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608


def run(sql: str, chunk: Chunk) -> int:
    """Run one INSERT for a chunk and return how many rows it wrote.

    `%(after)s` and `%(size)s` stand for the chunk's numbers; a remainder is written `%%`.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"after": chunk.after, "size": chunk.size})
        return cursor.rowcount


def joined(*parts: str) -> str:
    """Return SQL that joins pieces of text: MySQL takes `||` for "or"."""
    return f"CONCAT({', '.join(parts)})" if connection.vendor == "mysql" else " || ".join(parts)


def prepare() -> None:
    """Get the connection ready for a bulk load: SQLite's page cache is far too small for one."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -262144")  # KiB


def finish() -> None:
    """Tell the planner about the new rows; MariaDB and MySQL notice by themselves."""
    if connection.vendor != "mysql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def start(now: datetime) -> None:
    """Make the lists that people's names and everybody's dates are picked from."""
    random = Random(PEOPLE)  # noqa: S311 (data that looks alive, not secrets)
    text, moment = CharField(max_length=255), DateTimeField()
    pick_table(
        "person",
        {"name": text, "plain": text, "country": CharField(max_length=2), "joined": moment},
        (_person(random, now) for _ in range(PEOPLE)),
    )
    # Half of the last four years' moments fall into the last 200 days: sites grow.
    pick_table("moment", {"at": moment}, ((now - timedelta(days=1460 * random.random() ** 3),) for _ in range(MOMENTS)))


def _person(random, now):
    name = pick_name(random)
    return name.full, f"{name.given}.{name.family}", name.country, now - timedelta(days=random.uniform(1461, 3000))


def grow(chunk: Chunk) -> int:
    """Make a chunk's accounts (none can sign in) and profiles; returns the rows written."""
    return _add_users(chunk) + _add_profiles(chunk)


def _add_users(chunk):
    username = joined("p.plain", "'.'", "(%(after)s + i.n)")
    written = run(
        f"""
        INSERT INTO auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email,
                               is_staff, is_active, date_joined)
        SELECT %(after)s + i.n, '!', t.at, FALSE, {username}, '', '', {joined(username, f"'@{MAIL_HOST}'")},
               FALSE, i.n %% 50 <> 0, p.joined
        FROM lectern_demo_number i CROSS JOIN lectern_demo_person p CROSS JOIN lectern_demo_moment t
        WHERE i.n <= %(size)s AND p.n = (%(after)s + i.n) %% {PEOPLE} + 1 AND t.n = (%(after)s + i.n) %% {MOMENTS} + 1
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )
    # The ids were given: PostgreSQL's sequence has to be told.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [get_user_model()]):
            cursor.execute(statement)
    return written


def _add_profiles(chunk):
    return run(
        f"""
        INSERT INTO auth_userprofile (user_id, name, meta, courseware, language, location, year_of_birth, gender,
                                      level_of_education, country)
        SELECT %(after)s + i.n, p.name, '', 'course.xml', '', '', 1950 + (%(after)s + i.n) %% 57, NULL, 'b', p.country
        FROM lectern_demo_number i CROSS JOIN lectern_demo_person p
        WHERE i.n <= %(size)s AND p.n = (%(after)s + i.n) %% {PEOPLE} + 1
        """,  # noqa: S608 (nothing in it comes from outside)
        chunk,
    )
