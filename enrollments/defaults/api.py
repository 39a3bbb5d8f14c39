"""edx-enterprise's API of default enrollments, answered for support staff about any learner.

Addresses, parameters, keys and codes are those of enterprise/api/v1 (default_enterprise_enrollments).
The original takes a learner's customers from the roles in their token; here it is the link itself.
"""

from uuid import UUID

from django.contrib.auth import get_user_model
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from console.api import DetailSerializer
from console.learners import MAX_ID
from console.platform import features
from console.rules import Permission
from enrollments.defaults.content import resolve
from enrollments.defaults.learner_status import live_intentions, places_of
from enrollments.defaults.models import DefaultIntention, EnterpriseCourseEnrollment, EnterpriseCustomerUser
from enrollments.defaults.serializers import IntentionSerializer, LearnerStatusSerializer, PlacedIntentionSerializer
from enrollments.defaults.status import Bucket
from enrollments.models import CourseMode

NEEDED = (DefaultIntention, EnterpriseCustomerUser, EnterpriseCourseEnrollment, CourseMode)
MISSING = "MISSING: enterprise.can_view_default_enterprise_enrollment_intentions"
NO_CUSTOMER = "enterprise_customer_uuid is a required query parameter."
BAD_CUSTOMER = "enterprise_customer_uuid query parameter is not a valid UUID."

ID_DIGITS = len(str(MAX_ID))

CUSTOMER = OpenApiParameter(
    "enterprise_customer_uuid", OpenApiTypes.UUID, required=True, description="The customer whose intentions these are."
)


class IntentionApiView(APIView):
    """The base: which customer is meant, and may the caller see it."""

    permission_required = None

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        features.require(*NEEDED)
        self.links = EnterpriseCustomerUser.objects.filter(user_id=request.user.pk, linked=True)
        self.sees_all = request.user.has_perm(Permission.VIEW_LEARNERS)

    @cached_property
    def customer_id(self) -> UUID:
        text = self.request.query_params.get("enterprise_customer_uuid")
        if not text:
            raise ValidationError({"detail": NO_CUSTOMER})
        try:
            return UUID(text)
        except ValueError as error:
            raise ValidationError({"detail": BAD_CUSTOMER}) from error

    def sees_customer(self) -> bool:
        own = self.links.filter(enterprise_customer=self.customer_id)
        return self.sees_all or own.exists()

    def must_see_customer(self):
        if not self.sees_customer():
            raise PermissionDenied(MISSING)


def _described(intentions):
    return {"contents": resolve(intentions, timezone.now())}


@extend_schema(tags=["Default enrollments"], parameters=[CUSTOMER])
class IntentionListView(IntentionApiView, ListAPIView):
    """A customer's live intentions."""

    @extend_schema(
        summary="A customer’s default enrollment intentions",
        description="Intentions that are not removed. Learners of another customer find none.",
        responses={200: IntentionSerializer(many=True), 400: DetailSerializer},
    )
    def get(self, request):
        return self.list(request)

    def get_queryset(self):
        if self.sees_customer():
            return live_intentions(self.customer_id)
        if not self.links.exists():
            raise PermissionDenied(MISSING)
        return DefaultIntention.objects.none()

    def get_serializer(self, intentions, **kwargs):
        return IntentionSerializer(intentions, context=_described(intentions), **kwargs)


@extend_schema(tags=["Default enrollments"], parameters=[CUSTOMER])
class IntentionDetailView(IntentionApiView):
    """One live intention of a customer."""

    @extend_schema(
        summary="One default enrollment intention", responses={200: IntentionSerializer, 400: DetailSerializer}
    )
    def get(self, request, uuid):
        """404 for one that is removed or another customer's."""
        self.must_see_customer()
        try:
            intention = live_intentions(self.customer_id).get(pk=UUID(uuid))
        except (ValueError, DefaultIntention.DoesNotExist) as error:
            raise Http404 from error
        return Response(IntentionSerializer(intention, context=_described([intention])).data)


@extend_schema(
    tags=["Default enrollments"],
    parameters=[
        CUSTOMER,
        OpenApiParameter("lms_user_id", int, description="Another learner: for support agents and admins only."),
    ],
)
class LearnerStatusView(IntentionApiView):
    """Which intentions a learner is enrolled in, and which still need enrollment."""

    @extend_schema(
        summary="A learner’s place under each intention",
        responses={200: LearnerStatusSerializer, 400: DetailSerializer},
    )
    def get(self, request):
        """What is not known, such as a customer's catalogs, counts as not enrollable."""
        self.must_see_customer()
        learner = self.learner()
        link = EnterpriseCustomerUser.objects.filter(
            user_id=learner.pk, enterprise_customer=self.customer_id, linked=True
        ).first()
        if link is None:
            raise ValidationError(
                {
                    "detail": f"User with lms_user_id {learner.pk} is not associated with "
                    f"the enterprise customer {self.customer_id}."
                }
            )
        return Response(_answer(learner, self.customer_id, places_of(link, timezone.now())))

    def learner(self):
        """Return whom the caller asks about; those who may not ask about others get themselves."""
        wanted = self.request.query_params.get("lms_user_id")
        if wanted is None or not self.sees_all:
            return self.request.user
        is_id = wanted.isascii() and wanted.isdigit() and len(wanted) <= ID_DIGITS and int(wanted) <= MAX_ID
        learner = get_user_model().objects.filter(pk=int(wanted)).first() if is_id else None
        if learner is None:
            raise ValidationError({"detail": f"User with lms_user_id {wanted} not found."})
        return learner


def _answer(learner, customer_id, places):
    context = {
        "contents": {place.intention.pk: place.content for place in places},
        "existing": {place.intention.pk: place.existing for place in places},
    }
    rows = {
        bucket: PlacedIntentionSerializer(
            [place.intention for place in places if place.bucket == bucket], many=True, context=context
        ).data
        for bucket in (Bucket.ENROLLABLE, Bucket.NOT_ENROLLABLE, Bucket.ALREADY_ENROLLED)
    }
    needs = {bucket.value: rows[bucket] for bucket in (Bucket.ENROLLABLE, Bucket.NOT_ENROLLABLE)}
    return {
        "lms_user_id": learner.pk,
        "user_email": learner.email,
        "enterprise_customer_uuid": str(customer_id),
        "enrollment_statuses": {"needs_enrollment": needs, "already_enrolled": rows[Bucket.ALREADY_ENROLLED]},
        "metadata": {
            "total_default_enterprise_enrollment_intentions": len(places),
            "total_needs_enrollment": {name: len(found) for name, found in needs.items()},
            "total_already_enrolled": len(rows[Bucket.ALREADY_ENROLLED]),
        },
    }
