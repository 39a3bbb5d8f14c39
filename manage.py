#!/usr/bin/env python
"""Run Django's management commands for Lectern."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError


def in_one_sentence(error: DatabaseError) -> str:
    """Say what is wrong with the database, or with the account; empty text for what is a defect of ours."""
    from console.platform import trouble  # noqa: PLC0415 (needs the settings)

    return trouble.in_one_sentence(error)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except DatabaseError as error:
        sentence = in_one_sentence(error)
        if not sentence:
            raise
        sys.exit(sentence)
