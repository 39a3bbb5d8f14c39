"""What every API shares: signing in, who may, how often, pages. Each app has its own `api.py` with the views."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, ParseError
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from structlog.contextvars import bind_contextvars

from console import tokens
from console.rules import Permission

# Where errors are JSON also when no view was reached: no such address, a body that is too large.
PROGRAM_ADDRESSES = ("/api/", "/csrf/", "/enterprise/", "/support/")


class TokenSignIn(BaseAuthentication):
    """Signs a program in by `Authorization: Bearer <token>`."""

    def authenticate(self, request):
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.find(secret.strip())
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked, or its account is inactive.")
        bind_contextvars(user_id=token.user_id, api_token=token.pk)
        return token.user, token

    def authenticate_header(self, request):
        return 'Bearer realm="Lectern"'


class TokenScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI description about tokens."""

    target_class = TokenSignIn
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An API token, made by an admin."}


class StatedPermission(BasePermission):
    """Asks for the permission that a view states as `permission_required`.

    A view that states none is for everybody with a role. One that states None is open to everybody
    who is signed in, and decides the rest itself.
    """

    def has_permission(self, request, view):
        if not request.user.is_authenticated:
            return False
        needed = getattr(view, "permission_required", Permission.USE_CONSOLE)
        return needed is None or request.user.has_perm(needed)


class TooLargeError(APIException):
    """A body with more bytes than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = 413
    default_detail = "The request is too large."


class BoundedJSONParser(JSONParser):
    """JSON that is neither too large nor nested too deeply to be read."""

    def parse(self, stream, media_type=None, parser_context=None):
        # Django looks at the length only where a session's CSRF token was looked for in the body before.
        length = parser_context["request"].META.get("CONTENT_LENGTH") or 0
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLargeError
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


class DetailSerializer(serializers.Serializer):
    """A refusal, for the OpenAPI description."""

    detail = serializers.CharField()


class PerPersonThrottle(UserRateThrottle):
    """LECTERN_API_PER_MINUTE requests a minute for each person, whatever they sign in with."""

    def get_rate(self):
        return f"{settings.LECTERN_API_PER_MINUTE}/min"


class PlatformPagination(PageNumberPagination):
    """Pages as Open edX's own APIs have them (edx-drf-extensions): `?page=2&page_size=50`."""

    page_size = 10
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_paginated_response(self, data):
        page = self.page
        return Response(
            {
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "count": page.paginator.count,
                "num_pages": page.paginator.num_pages,
                "current_page": page.number,
                "start": (page.number - 1) * page.paginator.per_page,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema):
        link = {"type": "string", "format": "uri", "nullable": True}
        numbers = {key: {"type": "integer"} for key in ("count", "num_pages", "current_page", "start")}
        properties = {"next": link, "previous": link, **numbers, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}


def is_for_programs(request) -> bool:
    """Say whether an address is one that programs ask."""
    return request.path.startswith(PROGRAM_ADDRESSES)


def decides_itself(view) -> bool:
    """Say whether a view of Django REST framework signs in and refuses by itself, with our permission."""
    return StatedPermission in getattr(getattr(view, "cls", None), "permission_classes", ())


# What every operation may answer beside its own answers.
REFUSALS = {"401": "Not signed in.", "403": "Not allowed.", "404": "Not found.", "429": "Too many requests."}
_DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}


def add_refusals(result, generator, request, public):
    """Add the refusals to each operation of the OpenAPI description (a hook of drf-spectacular)."""
    for methods in result["paths"].values():
        for operation in methods.values():
            for code, words in REFUSALS.items():
                answer = {"description": words, "content": {"application/json": {"schema": _DETAIL}}}
                operation["responses"].setdefault(code, answer)
    return result
