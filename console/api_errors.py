"""Errors of API views as answers. By itself, because the framework's views import what `api` is made of."""

from django.core.exceptions import RequestDataTooBig
from rest_framework.views import exception_handler

from console.api import TooLargeError


def answer(error, context):
    """Answer an error of a view as JSON, as the framework does, and Django's own about large bodies as well."""
    return exception_handler(TooLargeError() if isinstance(error, RequestDataTooBig) else error, context)
