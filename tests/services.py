"""What tests need beside Python: databases, brokers, a browser. Each is switched on by a variable.

With `LECTERN_TEST_ALL=1`, as in CI, a missing one is a failure and never a skip; but for MySQL, which few systems
have packages of: without it, its tests are skipped and named as left out.
"""

import os
import shutil

import pytest

SWITCHES = {
    "LECTERN_TEST_POSTGRES": ("PostgreSQL", "postgres://user:password@127.0.0.1:5432/lectern"),
    "LECTERN_TEST_MARIADB": ("MariaDB", "mysql://user:password@127.0.0.1:3306/lectern"),
    "LECTERN_TEST_MYSQL": ("MySQL", "mysql://user:password@127.0.0.1:3307/lectern"),
    "LECTERN_TEST_REDIS": ("Redis", "redis://127.0.0.1:6379/0"),
    "LECTERN_TEST_RABBITMQ": ("RabbitMQ", "amqp://guest:guest@127.0.0.1:5672//"),
    "LECTERN_TEST_CHROMIUM": ("Chromium", "/usr/bin/chromium"),
}
# What `LECTERN_TEST_ALL=1` does not ask for.
OPTIONAL = {"LECTERN_TEST_MYSQL"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def is_required(switch: str) -> bool:
    """Say whether it is a failure when this service is missing."""
    return os.environ.get("LECTERN_TEST_ALL", "") not in {"", "0"} and switch not in OPTIONAL


def find(switch: str) -> str | None:
    """Return the address (or path) that a variable of `SWITCHES` gives; a browser is looked for as well."""
    value = os.environ.get(switch)
    if value or switch != "LECTERN_TEST_CHROMIUM":
        return value or None
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def how_to_switch_on(switch: str) -> str:
    """Return one line that says what is missing and what to set."""
    name, example = SWITCHES[switch]
    return f"{name} is not switched on: set {switch}, for example {switch}={example}"


def require(switch: str) -> str:
    """Return the address of a service for the running test; without it, skip the test, or fail it in CI."""
    value = find(switch)
    if value is None:
        (pytest.fail if is_required(switch) else pytest.skip)(how_to_switch_on(switch))
    return value
