"""Where the faults happen: an empty database on each server that is switched on, and a broker to lose."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager

import environ
import psycopg
import pymysql
from django.conf import settings

from tests import services
from tests.engines.processes import Installation

# Short, so that a dead worker's resets do not keep a test waiting.
TIMES = {"LECTERN_RESET_LEASE_SECONDS": "3", "LECTERN_SWEEP_SECONDS": "1", "LECTERN_RING_AGAIN_SECONDS": "2"}
# The switch of the database (None: embedded), and whether Redis is the broker; else it is the folder.
COMBINATIONS = {
    "SQLite and the folder": (None, False),
    "PostgreSQL and Redis": ("LECTERN_TEST_POSTGRES", True),
    "MariaDB and Redis": ("LECTERN_TEST_MARIADB", True),
    "MySQL and Redis": ("LECTERN_TEST_MYSQL", True),
}


def run(name, kills, folder):
    """Run resets under fire on one of `COMBINATIONS`.

    Args:
        name: which one.
        kills: how many workers are killed.
        folder: for everything that is written.

    Returns:
        The exit status (0: nothing was lost) and what was said.
    """
    switch, on_redis = COMBINATIONS[name]
    with _database(switch, folder) as url:
        broker = {"CELERY_BROKER_URL": f"redis://127.0.0.1:{_free_port()}/0"} if on_redis else {}
        installation = Installation(url, folder, **TIMES, **broker)
        installation.manage("migrate")
        command = [sys.executable, "-m", "tests.faults.scenario", "--kills", str(kills)]
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=installation.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout


def missing(name):
    """Return what to set or install before a combination can run; empty when nothing is missing."""
    switch, on_redis = COMBINATIONS[name]
    if switch and not services.find(switch):
        return services.how_to_switch_on(switch)
    # One of the test's own is killed, so the one that is switched on does not help.
    return "" if shutil.which("redis-server") or not on_redis else "The program redis-server is not installed."


@contextmanager
def _database(switch, folder):
    """Give the URL of an empty database, and drop it afterwards."""
    if switch is None:
        yield f"sqlite:///{folder / 'lectern.sqlite3'}"
        return
    base, _, _ = services.find(switch).rpartition("/")
    name = f"lectern_faults_{os.getpid()}"
    execute, force = (_on_mysql, "") if base.startswith("mysql") else (_on_postgresql, " WITH (FORCE)")
    execute(base, f"CREATE DATABASE {name}")
    try:
        yield f"{base}/{name}"
    finally:
        execute(base, f"DROP DATABASE {name}{force}")


def _on_postgresql(base, sql):
    with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
        server.execute(sql)


def _on_mysql(base, sql):
    address = environ.Env.db_url_config(f"{base}/mysql")
    server = pymysql.connect(
        host=address["HOST"],
        port=int(address["PORT"] or 3306),
        user=address["USER"],
        password=address["PASSWORD"],
        charset="utf8mb4",
    )
    with server, server.cursor() as cursor:
        cursor.execute(sql)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
