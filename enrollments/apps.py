from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    name = "enrollments"
    label = "lectern_enrollments"
    verbose_name = "Enrollments"
