"""What gunicorn reads by itself when it is started in this folder: where its processes put their metrics."""

import os
import shutil

from console.settings import DATA_DIR

FOLDER = DATA_DIR / "metrics"
# Set by hand, the folder is the operator's to empty.
IS_OURS = "PROMETHEUS_MULTIPROC_DIR" not in os.environ
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(FOLDER))


def on_starting(server):
    """Begin with an empty folder: numbers of earlier processes would be counted again."""
    if IS_OURS:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
