"""Run the whole suite on everything that is switched on: `make test`.

SQLite needs nothing. PostgreSQL, MariaDB, MySQL, Redis, RabbitMQ and Chromium are switched on by the
variables of tests/services.py; what is left out is named at the end, with the variable to set.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests import services

ORDINARY = ("-n", "2", "-m", "not browser and not services")


@dataclass
class Part:
    """One run of pytest: `switch` is what it cannot do without, `environment` what it gets."""

    name: str
    arguments: tuple[str, ...]
    switch: str | None = None
    environment: dict[str, str] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    """Run each part; `arguments` go on to pytest. Return 0 when all that could run has passed."""
    missing = [switch for switch in services.SWITCHES if services.find(switch) is None]
    required = [switch for switch in missing if services.is_required(switch)]
    if required:
        return _say([services.how_to_switch_on(switch) for switch in required], "LECTERN_TEST_ALL=1 asks for these")
    results = {part.name: _run(part, arguments) for part in _parts() if part.switch not in missing}
    lines = [f"{name}: {'passed' if code == 0 else f'FAILED (exit code {code})'}" for name, code in results.items()]
    _say(lines, "Results")
    if missing:
        _say([services.how_to_switch_on(switch) for switch in missing], "Left out")
    return 1 if any(results.values()) else 0


def _parts() -> list[Part]:
    return [
        Part("SQLite", ORDINARY),
        Part("Workers, brokers and attached databases", ("-m", "services")),
        _on_database("PostgreSQL", "LECTERN_TEST_POSTGRES"),
        _on_database("MariaDB", "LECTERN_TEST_MARIADB"),
        _on_database("MySQL", "LECTERN_TEST_MYSQL"),
        Part("Browser", ("-m", "browser", "tests/browser"), "LECTERN_TEST_CHROMIUM"),
    ]


def _on_database(name, switch):
    address = urlsplit(services.find(switch) or "")
    # A name of its own, so that two runs on one server do not drop each other's test databases.
    own = address._replace(path=f"{address.path or '/lectern'}_{os.getpid()}")
    return Part(name, ORDINARY, switch, {"DATABASE_URL": own.geturl()})


def _run(part, arguments):
    _say([], part.name)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", *part.arguments, *arguments]
    return subprocess.run(command, env={**environment, **part.environment}, check=False).returncode


def _say(lines, title):
    sys.stdout.write("\n".join(["", f"=== {title} ===", *lines, ""]))
    sys.stdout.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
