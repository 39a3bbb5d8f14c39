"""Prepare the embedded database and start web and worker: what `make run` does after installing."""

import os
import socket

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from console import demo
from console.platform import uses_existing_tables


class Command(BaseCommand):
    """For a first look and for development. docs/operators.md says how to start in production."""

    help = "Migrate, load demo data into a new database, then run web and worker until Ctrl-C. PORT chooses the port."

    def handle(self, *args, **options):
        port = int(os.environ.get("PORT", "8000"))
        if uses_existing_tables():
            raise CommandError("This starts a demo and must not touch an LMS database: see docs/operators.md.")
        _check_port_is_free(port)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if get_user_model().objects.exists():
            self.stdout.write(_sign_ins())
        else:
            call_command("load_demo")  # Prints the sign-ins itself.
        self.stdout.write(f"\nLectern: http://localhost:{port}/\nCtrl-C stops web and worker.\n")
        self.stdout.flush()
        os.execlp("honcho", "honcho", "--procfile", str(settings.BASE_DIR / "Procfile"), "start")  # noqa: S606, S607


def _check_port_is_free(port):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise CommandError(f"Port {port} is in use. Choose another one: make run PORT={port + 1}")


def _sign_ins():
    if not get_user_model().objects.filter(username__in=demo.SIGN_INS).exists():
        return ""
    lines = [f"  {username:<11} {role}" for username, role in demo.SIGN_INS.items()]
    return "\n".join([f"\nDemo sign-ins, all with the password {demo.PASSWORD}:", *lines])
