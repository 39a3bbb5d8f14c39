"""A real Chromium against the live site, and a real worker for the resets."""

import os

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from console.celery import app as celery_app
from tests import factories, services
from tests.engines.processes import Installation

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Chromium's own line about any answer of 400 and above, htmx's about the same, and htmx's two about a
# request that it gave up for a newer one.
EXPECTED = ("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendAbort")
# A refused script or style must not depend on the wording of Chromium's console.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once. Its event loop stays in this thread, which Django must be told to bear."""
    path = services.require("LECTERN_TEST_CHROMIUM")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browse(chromium, live_server, client_of):
    """Return a function that opens a browser window of its own: `browse(user)` gives a signed-in page.

    Options: `width` in px, and whatever a Playwright context takes (`color_scheme`,
    `java_script_enabled`). A test whose pages report a script error, a breach of the content
    security policy or a dialog of `alert` fails at its end.
    """
    contexts, complaints = [], []

    def opened(user=None, *, width=1360, **options):
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, accept_downloads=True, **options
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(REPORT_VIOLATIONS)
        _listen(context, complaints)
        if user is not None:
            session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _listen(context, complaints):
    def on_console(message):
        if message.type == "error" and not message.text.startswith(EXPECTED):
            complaints.append(f"{message.page and message.page.url}: {message.text}")

    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(f"{error.page and error.page.url}: {error.error}"))
    context.on("dialog", lambda dialog: (complaints.append(f"alert: {dialog.message}"), dialog.dismiss()))


@pytest.fixture
def agent(transactional_db):
    return factories.support(username="agent", email="agent@example.com")


@pytest.fixture
def worker(transactional_db, tmp_path, monkeypatch):
    """A Celery worker in a process of its own, reached by the live site over the embedded broker.

    One for each test: emptying the database between two tests gives content types new ids, which a
    worker that goes on would not know.
    """
    installation = Installation(f"sqlite:///{settings.DATABASES['default']['NAME']}", tmp_path)
    installation.environment["CELERY_BROKER_URL"] = "filesystem://"
    # Celery itself prefers this variable to every setting.
    monkeypatch.setenv("CELERY_BROKER_URL", "filesystem://")
    before = celery_app.conf.broker_transport_options
    _send_with(_folders(tmp_path / "broker"))
    with installation.worker():
        yield
    _send_with(before)


def _folders(broker):
    """Return kombu's options for the folders that a worker uses with this broker folder."""
    for name in ("messages", "control"):
        (broker / name).mkdir(parents=True, exist_ok=True)
    messages = str(broker / "messages")
    return {"data_folder_in": messages, "data_folder_out": messages, "control_folder": str(broker / "control")}


def _send_with(options):
    celery_app.conf.update(broker_transport_options=options)
    del celery_app.amqp  # It keeps connections to the broker that it was made with.
