"""`/support/course_reset/…`: Open edX's own API for course resets, on Lectern's rules.

Addresses, keys, status words and codes are those of lms/djangoapps/support (views/course_reset.py),
so that the Support Tools page works with either. Unlike there, a reset needs a memo, a reset that
exists is never hidden by a later condition, and nothing answers with a server error.
"""

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from console.accounts import find_accounts
from console.api import BoundedJSONParser
from console.learners import is_retired
from console.platform import features
from enrollments.models import CourseEnrollment
from resets import actions
from resets.eligibility import Eligibility, ResetStatus, eligibility_of, with_reset_status
from resets.models import RESET_TABLES, CourseResetCourseOptIn
from resets.rules import Permission

# The original's words; its page looks for "in progress" and "enqueued" in them.
WORDS = {
    ResetStatus.ENQUEUED: "Enqueued - Created {audit.created} by {audit.reset_by.username}",
    ResetStatus.IN_PROGRESS: "In progress - Started on {audit.modified} by {audit.reset_by.username}",
    ResetStatus.COMPLETE: "Completed on {audit.completed_at} by {audit.reset_by.username}",
    ResetStatus.NOT_STARTED: "Course Not Started",
    ResetStatus.ENDED: "Course Ended",
    ResetStatus.PASSING: "Learner Has Passing Grade",
    ResetStatus.FAILED: "Failed on {audit.modified}",
    ResetStatus.UNDONE: "Available",
    ResetStatus.AVAILABLE: "Available",
}
NO_COURSE_ID = "Must specify course id"
NO_MEMO = "A memo is needed: say why this course is reset."


class RefusedError(APIException):
    """An answer in the original's layout: `{"error": …}`."""

    def __init__(self, status_code: int, message: str):
        super().__init__({"error": message})
        self.status_code = status_code


class CourseResetSerializer(serializers.Serializer):
    course_id = serializers.CharField(
        help_text="Course key of the run.",
        error_messages=dict.fromkeys(("required", "null", "blank"), NO_COURSE_ID) | {"invalid": "invalid course id"},
    )
    comment = serializers.CharField(
        max_length=actions.MEMO_LENGTH,
        help_text="The memo: why the course is reset.",
        error_messages=dict.fromkeys(("required", "null", "blank"), NO_MEMO)
        | {"max_length": "The memo has too many characters; {max_length} are the most."},
    )


class ResetRowSerializer(serializers.Serializer):
    course_id = serializers.CharField()
    display_name = serializers.CharField(allow_null=True)
    can_reset = serializers.BooleanField()
    comment = serializers.CharField(allow_blank=True, help_text="Memo of the latest reset; empty when there was none.")
    status = serializers.CharField(help_text="In the words of Open edX’s own tool.")


class ErrorSerializer(serializers.Serializer):
    error = serializers.CharField()


@extend_schema(
    tags=["Course resets"],
    parameters=[OpenApiParameter("identifier", str, OpenApiParameter.PATH, description="Username or e-mail address.")],
)
class CourseResetView(APIView):
    """A learner's courses that are opted in to resets, and starting a reset."""

    permission_required = Permission.RESET
    parser_classes = [BoundedJSONParser, FormParser, MultiPartParser]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        features.require(*RESET_TABLES)

    @extend_schema(
        summary="A learner’s courses and whether each can be reset",
        responses={200: ResetRowSerializer(many=True), 400: ErrorSerializer},
    )
    def get(self, request, identifier=""):
        """Courses that the learner is enrolled in and that are opted in; empty for an unknown learner."""
        learner = _learner(identifier)
        rows = list(_resettable(learner)) if learner else []
        found = eligibility_of(rows)
        return Response([_row(row, found[row.pk]) for row in rows])

    @extend_schema(
        summary="Reset one course of a learner",
        request=CourseResetSerializer,
        responses={201: ResetRowSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def post(self, request, identifier=""):
        """Check everything again under lock, record the reset and hand it to a worker."""
        course_key, memo = _asked(request)
        enrollment = _enrollment(_learner(identifier), course_key)
        enrollment, eligibility = actions.decide(enrollment.pk)
        if not eligibility.is_allowed:
            raise RefusedError(400, f"Cannot reset course: {_in_words(eligibility)}")
        try:
            audit = actions.start_reset(
                enrollment_id=enrollment.pk, memo=memo, actor=request.user, seen_audit_id=enrollment.reset_audit_id
            )
        except actions.ResetRefusedError as refusal:
            raise RefusedError(400, f"Cannot reset course: {refusal}") from refusal
        return Response(_row(enrollment, Eligibility(ResetStatus.ENQUEUED, audit)), status=201)


def _asked(request):
    """Return course key and memo of a request's body."""
    try:
        body = CourseResetSerializer(data=request.data)
    except ParseError as error:
        raise RefusedError(400, str(error.detail)) from error
    if not body.is_valid():
        raise RefusedError(400, next(iter(body.errors.values()))[0])
    try:
        return CourseKey.from_string(body.validated_data["course_id"]), body.validated_data["comment"]
    except InvalidKeyError as error:
        raise RefusedError(400, "invalid course id") from error


def _learner(identifier):
    """Return the learner by username, else by e-mail address; None when nobody (who is not retired) has it."""
    text = identifier.replace("\x00", "")
    accounts = find_accounts({text})
    if text in accounts.ambiguous:
        raise RefusedError(400, "More than one account has this e-mail address. Give the username.")
    learner = get_user_model().objects.filter(pk=accounts.found.get(text)).first()
    return None if learner is None or is_retired(learner) else learner


def _resettable(learner):
    """Return the enrollments that the original lists: active, opted in, of runs that exist."""
    opted_in = CourseResetCourseOptIn.objects.filter(course_id=OuterRef("course_id"), active=True)
    rows = CourseEnrollment.objects.filter(Exists(opted_in), user=learner, is_active=True)
    rows = rows.filter(overview__version__isnull=False).with_course().with_grade()
    return with_reset_status(rows, timezone.now()).order_by("course_id")


def _enrollment(learner, course_key):
    """Return the active enrollment, or refuse in the original's order."""
    if learner is None:
        raise RefusedError(404, "User does not exist")
    if not CourseResetCourseOptIn.objects.filter(course_id=course_key, active=True).exists():
        raise RefusedError(404, "Course is not eligible")
    enrollment = CourseEnrollment.objects.filter(user=learner, course_id=course_key, is_active=True).first()
    if enrollment is None:
        raise RefusedError(404, "Learner is not enrolled in course")
    return enrollment


def _row(enrollment, eligibility):
    latest = eligibility.latest
    return {
        "course_id": str(enrollment.course_id),
        "display_name": enrollment.course_name,
        "can_reset": eligibility.is_allowed,
        "comment": latest.comment if latest else "",
        "status": _in_words(eligibility),
    }


def _in_words(eligibility):
    return WORDS.get(eligibility.status, eligibility.reason).format(audit=eligibility.latest)
