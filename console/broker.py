"""The embedded broker: kombu's filesystem transport, without half-written messages.

Kombu creates a message's file and fills it afterwards. A worker that looks in between reads an
empty message, takes that for a broken connection to the broker and stops. Here a message is
written beside its place and then renamed, and what cannot be read is passed over: the row is the
job (docs/decisions/0004), so a lost message is rung again.
"""

import time
import uuid
from pathlib import Path

import structlog
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.virtual import Empty
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """A channel whose messages appear whole."""

    def _put(self, queue, payload, **kwargs):
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}"
        draft = Path(self.data_folder_out) / f"{name}.part"
        draft.write_text(dumps(payload))
        draft.rename(draft.with_name(f"{name}.{queue}.msg"))

    def _get(self, queue):
        try:
            return super()._get(queue)
        except ValueError:
            log.warning("message_unreadable", queue=queue)
            raise Empty from None

    def get_table(self, exchange):
        try:
            return super().get_table(exchange)
        except ValueError:
            return []  # Another process is about to write it.


class Transport(filesystem.Transport):
    """Takes the place of kombu's own for `filesystem://`."""

    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
