"""Lectern as its operators start it: commands, web and worker in processes of their own, and a browser of sorts."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from django.conf import settings

PATIENCE = 60
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Installation:
    """Lectern on one database and one data folder."""

    def __init__(self, url, folder, **environment):
        self.url, self.folder = url, folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LECTERN_", "CELERY_"))}
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "console.settings",
            "DATABASE_URL": url,
            "LECTERN_DATA_DIR": str(folder),
            "LECTERN_HTTPS": "0",
            **environment,
        }

    def manage(self, *arguments):
        """Run one management command and return what it said."""
        done = self._run(arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments):
        """Run one management command that has to fail, and return its complaint, which is no traceback."""
        done = self._run(arguments)
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def _run(self, arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True, check=False
        )

    @contextmanager
    def web(self):
        """Serve the site with gunicorn; gives a `Browser`."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with self._running("gunicorn", "console.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"):
            browser = Browser(f"http://127.0.0.1:{port}")
            wait_for(lambda: browser.answers("/healthz"), "the web process")
            yield browser

    @contextmanager
    def worker(self):
        """Run a Celery worker with the embedded scheduler."""
        schedule = str(self.folder / "schedule")
        with self._running("celery", "-A", "console", "worker", "--beat", "--schedule", schedule, "--concurrency", "1"):
            yield

    @contextmanager
    def _running(self, program, *arguments):
        log = (self.folder / f"{program}.log").open("w")
        command = [sys.executable, "-m", program, *arguments]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)
            log.close()


class Browser:
    """Keeps cookies, follows redirects, sends a form's token back; raises nothing for an error page."""

    def __init__(self, site):
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.status, self.address, self.text = 0, "", ""

    def get(self, path):
        return self._open(Request(self.site + path))

    def post(self, path, **fields):
        """Open the page, then send its form with these fields."""
        self.get(path)
        token = TOKEN.search(self.text)
        assert token, self.text
        body = urlencode({"csrfmiddlewaretoken": token[1], **fields}, doseq=True).encode()
        return self._open(Request(self.site + path, body, {"Referer": self.site + path}))

    def answers(self, path):
        try:
            return self.get(path).status == 200
        except URLError:
            return False

    def _open(self, request):
        try:
            response = self.opener.open(request, timeout=PATIENCE)
        except HTTPError as error:
            response = error
        with response:
            self.status, self.text = response.status, response.read().decode()
            self.address = response.url.removeprefix(self.site)
        return self


def wait_for(condition, what):
    """Return the first true answer of `condition`; fail after a minute."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"Waited {PATIENCE} seconds for {what}.")
