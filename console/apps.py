from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.module_loading import autodiscover_modules


class ConsoleConfig(AppConfig):
    name = "console"
    label = "lectern_console"
    verbose_name = "Console"

    def ready(self):
        from console import logs  # noqa: PLC0415 (needs the app registry)
        from console.plans.unfinished import unfinished  # noqa: PLC0415 (likewise)
        from console.platform import differences  # noqa: F401, PLC0415 (registers the checks)
        from console.platform.detachment import register_unfinished  # noqa: PLC0415 (likewise)

        logs.configure()
        register_unfinished("plans", unfinished)
        # Django's own admin site is not served; ours takes what each app's admin.py registers with it.
        autodiscover_modules("people_admin", "token_admin", "admin")
        # Signing in to Lectern writes nothing to the account: an LMS reads last_login as its own.
        # Django's auth app is made ready after this one; a receiver by its name keeps its own out.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(_leave_last_login, dispatch_uid="update_last_login")


def _leave_last_login(sender, user, **kwargs):
    """Stand in for Django's receiver of this name, and do nothing."""
