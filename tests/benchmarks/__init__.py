"""Scripts that measure Lectern against the bare framework, on the same machine and the same rows: `make bench`.

Ratios are printed and nothing is asserted: times depend on the machine. Importing this package
sets Django up with production's settings in a folder of its own; `DATABASE_URL` chooses the
server, on which a database of our own is made and dropped.
"""

import atexit
import os
import shutil
import tempfile

import django

_folder = tempfile.mkdtemp(prefix="lectern-bench-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("LECTERN_")]:
    del os.environ[_name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.benchmarks._settings",
    "LECTERN_DATA_DIR": _folder,
    "LECTERN_HTTPS": "0",
    "LECTERN_LOG_LEVEL": "WARNING",
    "DEBUG": "0",
    # Never a broker that somebody else's workers listen to, nor a mail server.
    "CELERY_BROKER_URL": "filesystem://",
}
os.environ.pop("EMAIL_URL", None)
django.setup()
