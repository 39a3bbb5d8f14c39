from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ConsoleConfig(AppConfig):
    name = "console"
    label = "lectern_console"
    verbose_name = "Console"

    def ready(self):
        from console import logs, platform  # noqa: F401, PLC0415 (registers the checks)

        logs.configure()
        # Signing in to Lectern writes nothing to the account: an LMS reads last_login as its own.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
