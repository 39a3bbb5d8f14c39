"""Settings of the test suite: Lectern's own, in a folder of their own, on whichever database is named.

`DATABASE_URL` chooses the database; without it, it is SQLite in a file, because tests with threads
and processes need what a file does and shared memory does not (locks that wait).
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="lectern-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

# Whatever the shell exports for a server of its own must not reach the suite.
for _name in [name for name in os.environ if name.startswith("LECTERN_") and not name.startswith("LECTERN_TEST_")]:
    del os.environ[_name]
for _name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "CACHE_URL"):
    os.environ.pop(_name, None)
os.environ["LECTERN_DATA_DIR"] = _folder
os.environ["LECTERN_HTTPS"] = "0"
os.environ["CELERY_BROKER_URL"] = "memory://"

from console.settings import *  # noqa: E402, F403
from console.settings import DATA_DIR, DATABASE_ENGINE, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# The first is for speed; the others are what accounts of an LMS have.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
]

# No manifest: a test need not collect the static files first.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
STATIC_ROOT.mkdir(exist_ok=True)

if DATABASE_ENGINE == "sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # Nothing here has to survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
elif DATABASE_ENGINE == "mysql":
    DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4"}
