"""`make faults`: resets under fire on every database that is switched on. KILLS says how many kills on each."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django


def main():
    """Return 0 when no combination has lost anything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--only", default="", help="part of a combination's name, such as SQLite")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.faults import installations

    names = [name for name in installations.COMBINATIONS if options.only.lower() in name.lower()]
    return max((_run(installations, name, options.kills) for name in names), default=1)


def _run(installations, name, kills):
    left_out = installations.missing(name)
    _say(f"=== {name} ===" + (f" left out. {left_out}" if left_out else ""))
    if left_out:
        return 0
    folder = Path(tempfile.mkdtemp(prefix="lectern-faults-"))
    code, said = installations.run(name, kills, folder)
    _say(said)
    if code:
        _say(f"FAILED. The worker's log and the database: {folder}")
    else:
        shutil.rmtree(folder)
    return code


def _say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
