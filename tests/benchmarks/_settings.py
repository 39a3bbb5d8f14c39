"""Production's settings with a database of our own, and Django's untouched admin templates beside ours."""

import os
from pathlib import Path

from django.contrib import admin

from console.settings import *  # noqa: F403
from console.settings import DATA_DIR, DATABASE_ENGINE, DATABASES, TEMPLATES

ROOT_URLCONF = "tests.benchmarks._urls"

# Ours override the admin's templates; `using="stock"` does without.
TEMPLATES += [
    {
        "NAME": "stock",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(admin.__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES["default"]["TEST"] = {
    "NAME": str(DATA_DIR / "bench.sqlite3") if DATABASE_ENGINE == "sqlite3" else f"lectern_bench_{os.getpid()}",
}
if DATABASE_ENGINE == "mysql":
    DATABASES["default"]["TEST"]["CHARSET"] = "utf8mb4"
