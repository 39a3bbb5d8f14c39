"""What the views of the cohort API share: who may, errors in the platform's layout, and what is sent."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.views import APIView

from console.api import BoundedJSONParser
from console.platform import features
from enrollments.models import CourseOverview
from groups.cohorts import actions, rows
from groups.cohorts.errors import CohortStaleError, NoSuchCohortError
from groups.cohorts.links import MAX_ID
from groups.errors import GroupRefusedError
from groups.models import COHORT_TABLES, CourseCohort
from groups.names import COHORT_NAME_TAKEN
from groups.rules import Permission, must_manage

COURSE_KEY = OpenApiParameter("course_key", str, OpenApiParameter.PATH, description="Course key of the run.")
NO_OBJECT = "The body must be a JSON object."
# Where the platform has words of its own for a refusal, its clients get those.
WORDS = {
    COHORT_NAME_TAKEN: "A cohort with the same name already exists.",
    actions.LAST_RANDOM: "There must be one cohort to which students can automatically be assigned.",
}


class RefusedError(APIException):
    """An answer in the platform's layout: `{"developer_message": …, "error_code": …}`."""

    def __init__(self, status_code: int, message: str, code: str = ""):
        super().__init__({"developer_message": message} | ({"error_code": code} if code else {}))
        self.status_code = status_code


class RefusalSerializer(serializers.Serializer):
    developer_message = serializers.CharField()
    error_code = serializers.CharField(required=False)


class MissingSerializer(serializers.Serializer):
    """An address that leads nowhere says `detail`, what is not there says `developer_message`."""

    detail = serializers.CharField(required=False)
    developer_message = serializers.CharField(required=False)
    error_code = serializers.CharField(required=False)


# Beside its own answers every operation may give these.
REFUSALS = {400: RefusalSerializer, 401: RefusalSerializer, 403: RefusalSerializer, 404: MissingSerializer}
REFUSALS |= {409: RefusalSerializer, 413: RefusalSerializer, 415: RefusalSerializer, 429: RefusalSerializer}


class CohortSerializer(serializers.Serializer):
    """A row of `rows.cohorts`."""

    name = serializers.CharField()
    id = serializers.IntegerField()
    user_count = serializers.IntegerField(source="active_count", help_text="Members with an active enrollment.")
    assignment_type = serializers.CharField(
        allow_null=True, help_text="random, manual, or null: the LMS’s row is gone."
    )
    user_partition_id = serializers.IntegerField(source="partition_id", allow_null=True)
    group_id = serializers.IntegerField(allow_null=True)


class CohortChangeSerializer(serializers.Serializer):
    """A cohort as it is to be; what is not sent stays as it is."""

    name = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    assignment_type = serializers.ChoiceField(
        CourseCohort.AssignmentType.values, required=False, allow_null=True, allow_blank=True
    )
    user_partition_id = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=MAX_ID)
    group_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MAX_ID, help_text="null takes the link away."
    )


class MembersSerializer(serializers.Serializer):
    """Whom to add."""

    users = serializers.ListField(
        child=serializers.CharField(allow_blank=True, allow_null=True),
        required=False,
        allow_null=True,
        help_text="Usernames and e-mail addresses, at most 1,000.",
    )


@extend_schema(tags=["Cohorts"], parameters=[COURSE_KEY])
class CohortApiView(APIView):
    """The base: of a run that exists, for those who manage its groups; 403 for everybody else, as there."""

    permission_required = Permission.MANAGE
    parser_classes = [BoundedJSONParser, FormParser, MultiPartParser]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        must_manage(request.user, self.course_key)
        features.require(*COHORT_TABLES)
        if not CourseOverview.objects.filter(pk=self.course_key).exists():
            raise NotFound("Course not found.")

    @property
    def course_key(self):
        return self.kwargs["course_key"]

    def handle_exception(self, exc):
        """Answer every error in the platform's layout."""
        response = super().handle_exception(as_refusal(exc, self.kwargs))
        if isinstance(response.data, dict) and "detail" in response.data:
            response.data = {"developer_message": response.data["detail"]}
        return response

    def get_cohort(self):
        """Return the cohort of the address with its counts; one of another run is 404."""
        cohort = rows.cohorts(self.course_key).filter(pk=self.kwargs["cohort_id"]).first()
        if cohort is None:
            raise NoSuchCohortError
        return cohort

    def sent(self, serializer_class) -> dict:
        """Return the checked body. Raises RefusedError about its first fault."""
        data = self.request.data
        if not isinstance(data, dict):
            raise RefusedError(400, NO_OBJECT)
        body = serializer_class(data=data)
        if body.is_valid():
            return body.validated_data
        field, faults = next(iter(body.errors.items()))
        raise RefusedError(400, f'"{field}": {_first(faults)}', f"invalid-{field.replace('_', '-')}")


def as_refusal(error, kwargs):
    """Return a refusal of a domain function as an answer; other errors as they are."""
    if isinstance(error, NoSuchCohortError):
        message = f"Cohort (ID {kwargs['cohort_id']}) not found for {kwargs['course_key']}"
        return RefusedError(404, message, "cohort-not-found")
    if isinstance(error, CohortStaleError):
        return RefusedError(409, f"{error} Nothing was changed; ask again.", "changed-meanwhile")
    if isinstance(error, GroupRefusedError):
        code = error.code or (f"invalid-{error.field.replace('_', '-')}" if error.field else "")
        return RefusedError(400, WORDS.get(code, str(error)), code)
    return error


def _first(faults):
    """Return the first sentence of what a serializer found wrong with a field, or with an item of its list."""
    while isinstance(faults, dict | list):
        faults = next(iter(faults.values())) if isinstance(faults, dict) else faults[0]
    return faults
