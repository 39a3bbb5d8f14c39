"""The OpenAPI description, and a page that a person can read it on.

The page is our own: the usual readers (Swagger UI, Redoc) need inline styles or workers, which the
content security policy forbids, and a megabyte of script for a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby

from django.conf import settings
from django.middleware.csrf import get_token
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from console.api import REFUSALS, StatedPermission
from console.rules import Permission
from console.views import StaffViewMixin

METHODS = ("get", "post", "put", "patch", "delete")


class SchemaView(SpectacularJSONAPIView):
    """`/api/schema/`: the OpenAPI description as JSON."""

    permission_classes = [StatedPermission]


class CsrfTokenView(APIView):
    """`/csrf/api/v1/token`: the token that a browser page sends as `X-CSRFToken` when it changes something.

    The address is the LMS's, where Open edX's micro-frontends ask for it.
    """

    @extend_schema(
        summary="CSRF token of a signed-in browser",
        description="A page sends it as X-CSRFToken when it changes something.",
        tags=["Sessions"],
        responses=inline_serializer("CsrfToken", {"csrfToken": serializers.CharField()}),
    )
    def get(self, request):
        return Response({"csrfToken": get_token(request)})


class ApiDocsView(StaffViewMixin, TemplateView):
    """`/api/docs/`: every operation, with what it takes and what it answers."""

    permission_required = Permission.USE_CONSOLE
    template_name = "console/api_docs.html"

    def get_context_data(self, **kwargs):
        described = SchemaGenerator().get_schema(public=True)
        operations = sorted(_operations(described), key=lambda operation: operation.tag)
        groups = [(tag, list(members)) for tag, members in groupby(operations, key=lambda operation: operation.tag)]
        per_minute = settings.LECTERN_API_PER_MINUTE
        return super().get_context_data(title="API", groups=groups, per_minute=per_minute, **kwargs)


@dataclass(frozen=True)
class Field:
    """One value that is sent or answered. `name` is dotted for what lies deeper; `[]` marks a list."""

    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    tag: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    answers: list[tuple[str, str, list[Field]]]

    @property
    def anchor(self) -> str:
        return "".join(letter if letter.isalnum() else "-" for letter in f"{self.method}{self.path}").strip("-").lower()


def _operations(described) -> Iterator[Operation]:
    reader = _Reader(described.get("components", {}).get("schemas", {}))
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                yield reader.operation(method.upper(), path, methods[method])


class _Reader:
    """Reads parts of an OpenAPI description, with references resolved."""

    def __init__(self, components):
        self.components = components

    def operation(self, method, path, found):
        return Operation(
            method=method,
            path=path,
            tag=found.get("tags", ["Other"])[0],
            summary=found.get("summary", path),
            description=found.get("description", ""),
            parameters=[self.parameter(item) for item in found.get("parameters", [])],
            body=self.content(found.get("requestBody", {})),
            answers=[
                (code, answer.get("description") or HTTPStatus(int(code)).phrase, self.content(answer))
                for code, answer in found["responses"].items()
                # Those that all share are told once, at the top of the page.
                if answer.get("description") != REFUSALS.get(code)
            ],
        )

    def parameter(self, item):
        return Field(item["name"], _kind(item["schema"]), item.get("required", False), item.get("description", ""))

    def content(self, holder):
        """Return the fields of a body; its first media type stands for all."""
        for media in holder.get("content", {}).values():
            return list(self.fields(media.get("schema", {}), ""))
        return []

    def fields(self, schema, prefix):
        schema = self.resolve(schema)
        if schema.get("type") == "array":
            yield from self.fields(schema["items"], f"{prefix}[]")
        for name, inner in schema.get("properties", {}).items():
            inner = self.resolve(inner)  # noqa: PLW2901 (the same thing, spelled out)
            full = f"{prefix}.{name}".lstrip(".")
            required = name in schema.get("required", ())
            yield Field(full, _kind(inner), required, inner.get("description", ""))
            yield from self.fields(inner, full)

    def resolve(self, schema):
        """Follow `$ref`, also one that is wrapped in `allOf` to carry a description."""
        if "allOf" in schema:
            return self.resolve(schema["allOf"][0]) | {key: schema[key] for key in schema if key != "allOf"}
        if "$ref" in schema:
            return self.components[schema["$ref"].rpartition("/")[2]]
        return schema


def _kind(schema):
    """Return the type in a few words."""
    kind = " or ".join(str(word) for word in schema["enum"]) if "enum" in schema else schema.get("type", "any")
    if schema.get("format"):
        kind = f"{kind} ({schema['format']})"
    return f"{kind} or null" if schema.get("nullable") else kind
