"""What goes wrong: workers, brokers and database connections that are really killed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import Error, connection

PATIENCE = 60


def wait_for(condition, what, patience=PATIENCE):
    """Return the first true answer of `condition`; fail after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.01)
    raise AssertionError(f"Waited {patience} seconds for {what}.")


class Celery:
    """A process of Celery, with its children in a process group of its own.

    `start` does nothing while it runs: called again and again, it is a supervisor.
    """

    def __init__(self, *arguments):
        self.arguments = arguments
        self.process = None

    def start(self):
        if self.process and self.process.poll() is None:
            return
        command = [sys.executable, "-m", "celery", "-A", "console", *self.arguments, "--loglevel", "INFO"]
        with (settings.DATA_DIR / "celery.log").open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self):
        """End it in peace, if it runs; at the worst without."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """Kill the whole group at once: nobody cleans up."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def kill_child(self):
        """Kill one of the processes that do the work, if there is any."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children:
            os.kill(int(random.choice(children)), signal.SIGKILL)


class OneMachine:
    """Worker and scheduler in one, as the Procfile has them for the embedded broker.

    Threads, because processes share one queue there, and one that dies alone may take its lock with it.
    """

    def __init__(self):
        schedule = str(settings.DATA_DIR / "schedule")
        self.worker = Celery("worker", "--beat", "--schedule", schedule, "--pool", "threads", "--concurrency", "2")
        self.celeries = [self.worker]
        self.ways_to_kill = [self.worker.kill]


class Production:
    """A worker with two processes, and a scheduler by itself, as docs/operators.md has them."""

    def __init__(self):
        self.worker = Celery("worker", "--pool", "prefork", "--concurrency", "2")
        self.scheduler = Celery("beat", "--schedule", str(settings.DATA_DIR / "schedule"))
        self.celeries = [self.worker, self.scheduler]
        self.ways_to_kill = [self.worker.kill, self.worker.kill_child, self.kill_everything]

    def kill_everything(self):
        self.scheduler.kill()
        self.worker.kill()


class FolderBroker:
    """The embedded broker: a folder of messages, which cannot be stopped but can be lost."""

    def __init__(self):
        self.messages = settings.DATA_DIR / "broker" / "messages"

    def start(self):
        """Nothing runs."""

    def stop(self):
        """Nothing runs."""

    def fail(self):
        """Lose every message, and the folder; a worker that starts makes it again."""
        shutil.rmtree(self.messages, ignore_errors=True)


class RedisBroker:
    """A Redis server of our own, on the port that the broker's address names; it saves nothing."""

    def __init__(self, address):
        self.port = urlsplit(address).port
        self.process = None

    def start(self):
        program = shutil.which("redis-server")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(settings.DATA_DIR)]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        wait_for(self._answers, "Redis")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def fail(self):
        """Be gone for a moment, and come back empty; or hang up on everybody."""
        if random.random() < 0.5:
            with redis.Redis(port=self.port) as client:
                client.client_kill_filter(_type="normal", skipme=True)
            return
        self.stop()
        time.sleep(random.uniform(0, 1))
        self.start()

    def _answers(self):
        try:
            with redis.Redis(port=self.port) as client:
                return client.ping()
        except redis.ConnectionError:
            return False


def surroundings():
    """Return the processes and the broker that the settings ask for."""
    if settings.CELERY_BROKER_URL.startswith("redis"):
        return Production(), RedisBroker(settings.CELERY_BROKER_URL)
    return OneMachine(), FolderBroker()


def cut_database_connections():
    """Close every other connection to the database, from the server's side; return how many there were."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return len(cursor.fetchall())
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()")
        return sum(_kill_connection(cursor, number) for (number,) in cursor.fetchall())


def _kill_connection(cursor, number):
    try:
        cursor.execute(f"KILL CONNECTION {int(number)}")
    except Error:
        return 0  # It has closed by itself since.
    return 1
