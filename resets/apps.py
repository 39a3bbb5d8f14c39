from django.apps import AppConfig


class ResetsConfig(AppConfig):
    name = "resets"
    label = "lectern_resets"
    verbose_name = "Resets"

    def ready(self):
        from resets import contributions  # noqa: PLC0415 (needs the app registry)

        contributions.register()
