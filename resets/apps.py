from django.apps import AppConfig


class ResetsConfig(AppConfig):
    name = "resets"
    label = "lectern_resets"
    verbose_name = "Course resets"
