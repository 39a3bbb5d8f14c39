"""The platform's own APIs about enrollments, answered for support staff as well."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response
from rest_framework.views import APIView

from console.learners import find
from console.rules import Permission
from enrollments.mobile import enrollment_statuses


class EnrollmentStatusSerializer(serializers.Serializer):
    course_id = serializers.CharField()
    course_name = serializers.CharField(allow_null=True)
    recently_active = serializers.BooleanField(
        help_text="Enrolled, or completed something for the first time, in the last LECTERN_RECENT_DAYS days."
    )


@extend_schema(
    tags=["Enrollments"],
    summary="A learner’s courses and whether they were active in each lately",
    parameters=[
        OpenApiParameter(
            "version",
            str,
            OpenApiParameter.PATH,
            enum=["v0.5", "v1", "v2", "v3", "v4"],
            description="All answer alike.",
        ),
        OpenApiParameter("username", str, OpenApiParameter.PATH, description="The learner’s."),
    ],
)
class EnrollmentsStatusView(APIView):
    """`/api/mobile/<version>/users/<username>/enrollments_status/`, as in lms/djangoapps/mobile_api.

    Everybody may ask about themselves, support agents and admins about anybody.
    """

    permission_required = None

    @extend_schema(responses=EnrollmentStatusSerializer(many=True))
    def get(self, request, version, username):
        """Active enrollments by course key, at most LECTERN_MOBILE_ENROLLMENTS, that the mobile app shows."""
        rows = enrollment_statuses(_person(request.user, username), timezone.now())
        return Response(EnrollmentStatusSerializer(rows, many=True).data)


def _person(caller, username):
    """Return whom the address means: the caller, in any letter case, or whom they may ask about."""
    if caller.get_username().casefold() == username.casefold():
        return caller
    if not caller.has_perm(Permission.VIEW_LEARNERS):
        raise PermissionDenied
    learner = find(username)
    if learner is None:
        raise Http404
    return learner
