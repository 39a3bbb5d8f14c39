"""The embedded broker: messages are files in a folder, and none of them is ever seen half written."""

import threading

import pytest
from kombu import Connection
from kombu.transport.virtual import Empty

from console import celery  # noqa: F401 (puts our transport in the place of kombu's)

MESSAGES = 300
QUEUE = "bells"


@pytest.fixture
def channel(tmp_path):
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    with Connection("filesystem://", transport_options=folders) as connection:
        yield connection.default_channel


def received(channel, number):
    """Return so many messages, waiting for each."""
    found = []
    while len(found) < number:
        try:
            found.append(channel._get(QUEUE))
        except Empty:
            continue
    return found


def test_a_reader_that_is_faster_than_the_writer_sees_whole_messages(channel):
    payload = {"body": "x" * 100_000}
    writer = threading.Thread(target=lambda: [channel._put(QUEUE, payload) for _ in range(MESSAGES)])
    writer.start()
    assert received(channel, MESSAGES) == [payload] * MESSAGES
    writer.join()


def test_a_message_of_which_a_power_cut_left_half_is_passed_over(channel, tmp_path):
    (tmp_path / f"1_cut.{QUEUE}.msg").write_text('{"body": ')
    channel._put(QUEUE, {"body": "whole"})
    assert received(channel, 1) == [{"body": "whole"}]


def test_a_message_that_is_being_written_is_not_there_yet(channel, tmp_path):
    channel._put(QUEUE, {"body": "whole"})
    (message,) = tmp_path.glob("*.msg")
    message.rename(message.with_name(f"{message.name.partition('.')[0]}.part"))
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_an_exchange_that_is_being_written_has_no_queues_yet(channel, tmp_path):
    (tmp_path / "c").mkdir(exist_ok=True)
    (tmp_path / "c" / "all.exchange").write_text("")
    assert channel.get_table("all") == []
