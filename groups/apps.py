from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"
    label = "lectern_groups"
    verbose_name = "Groups"

    def ready(self):
        from groups import contributions  # noqa: PLC0415 (needs the app registry)

        contributions.register()
