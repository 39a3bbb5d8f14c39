"""`/api/cohorts/v1/…`: Open edX's own API for cohorts, on Lectern's rules.

Addresses, methods, keys, codes and messages are those of course_groups (`views.py`) and of
lms/djangoapps/instructor (the upload). Unlike there organisation-wide staff may ask too, a request is
done whole or not at all, and what ends in a server error there is refused in words here.
"""

from django.contrib.auth import get_user_model
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from console.api import PlatformPagination
from console.plans.changes import PlanRefusedError
from console.textlists import MAX_BYTES, ListRefusedError
from groups.cohorts import actions, members, rows
from groups.cohorts.api_parts import (
    REFUSALS,
    CohortApiView,
    CohortChangeSerializer,
    CohortSerializer,
    MembersSerializer,
    RefusedError,
)
from groups.cohorts.bulk import actions as bulk_actions
from groups.cohorts.bulk import parse
from groups.cohorts.bulk.plan import make_upload
from groups.cohorts.people import Outcome
from groups.models import CourseCohortsSettings

FILE_FIELD = "uploaded-file"
UPLOAD_WORDS = {
    parse.NO_COHORT_COLUMN: "The file must contain a 'cohort' column containing cohort names.",
    parse.NO_LEARNER_COLUMN: "The file must contain a 'username' column, an 'email' column, or both.",
}
MISSING_PARTITION = "If group_id is specified, user_partition_id must also be specified."


# --- Settings --------------------------------------------------------------------------------


class SettingsSerializer(serializers.Serializer):
    id = serializers.IntegerField(allow_null=True, help_text="null: the LMS has not initialised the run’s cohorts yet.")
    is_cohorted = serializers.BooleanField()


class SettingsChangeSerializer(serializers.Serializer):
    is_cohorted = serializers.BooleanField()


class SettingsView(CohortApiView):
    """Whether cohorts are on in a run. Reading writes nothing, unlike on the platform."""

    @extend_schema(summary="Whether a course run has cohorts", responses={200: SettingsSerializer, **REFUSALS})
    def get(self, request, course_key):
        return Response(SettingsSerializer(self._row()).data)

    @extend_schema(
        summary="Turn cohorts on or off",
        request=SettingsChangeSerializer,
        responses={200: SettingsSerializer, **REFUSALS},
    )
    def put(self, request, course_key):
        """Off hides what is restricted to content groups from every learner; nothing is deleted."""
        wanted = self._wanted()
        row = self._row()
        if row["id"] is None:
            actions.initialise(course_key=course_key, is_cohorted=wanted, actor=request.user)
        elif row["is_cohorted"] != wanted:
            actions.set_cohorted(course_key=course_key, is_cohorted=wanted, actor=request.user)
        return Response(SettingsSerializer(self._row()).data)

    def _row(self):
        found = CourseCohortsSettings.objects.filter(course_id=self.course_key).values("id", "is_cohorted").first()
        return found or {"id": None, "is_cohorted": False}

    def _wanted(self):
        data = self.request.data
        if not isinstance(data, dict) or "is_cohorted" not in data:
            raise RefusedError(400, 'Missing field "is_cohorted".')
        if not isinstance(data["is_cohorted"], bool):
            raise RefusedError(400, "Cohorted must be a boolean")
        return data["is_cohorted"]


# --- Cohorts ---------------------------------------------------------------------------------


class CohortListView(CohortApiView):
    """The cohorts of a run."""

    @extend_schema(
        summary="The cohorts of a course run, by name",
        parameters=[
            OpenApiParameter("ordering", str, enum=["asc", "desc"], description="asc unless told."),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 unless told, 100 at most."),
        ],
        responses={200: CohortSerializer(many=True), **REFUSALS},
    )
    def get(self, request, course_key):
        """A bare list, as on the platform: it ends with the page that answers 404."""
        ordering = request.query_params.get("ordering", "asc").lower()
        if ordering not in {"asc", "desc"}:
            message = 'Invalid ordering value. Must be "asc" or "desc".'
            raise RefusedError(400, message, "invalid-ordering-value")
        sign = "" if ordering == "asc" else "-"
        found = rows.cohorts(course_key).order_by(f"{sign}name", f"{sign}pk")
        page = PlatformPagination().paginate_queryset(found, request, view=self)
        return Response(CohortSerializer(page, many=True).data)

    @extend_schema(
        summary="Make a cohort",
        request=CohortChangeSerializer,
        responses={200: CohortSerializer, **REFUSALS},
    )
    def post(self, request, course_key):
        """Name and assignment type are needed; a link to a content group is made with it or not at all."""
        sent = self.sent(CohortChangeSerializer)
        for field, code in (("name", "missing-cohort-name"), ("assignment_type", "missing-assignment-type")):
            if not sent.get(field):
                raise RefusedError(400, f'"{field}" must be specified to create cohort.', code)
        cohort = actions.create_cohort(
            course_key=course_key,
            name=sent["name"],
            assignment_type=sent["assignment_type"],
            link=_link(sent),
            actor=request.user,
        )
        return Response(CohortSerializer(rows.cohorts(course_key).get(pk=cohort.pk)).data)

    @extend_schema(exclude=True)
    def patch(self, request, course_key):
        raise RefusedError(405, "Request method requires cohort_id in path", "missing-cohort-id")


class CohortView(CohortApiView):
    """One cohort."""

    @extend_schema(summary="One cohort", responses={200: CohortSerializer, **REFUSALS})
    def get(self, request, course_key, cohort_id):
        return Response(CohortSerializer(self.get_cohort()).data)

    @extend_schema(
        summary="Change a cohort’s name, assignment type or content group",
        request=CohortChangeSerializer,
        responses={204: None, **REFUSALS},
    )
    def patch(self, request, course_key, cohort_id):
        """All that is sent, or nothing of it; what is not sent stays as it is."""
        sent = self.sent(CohortChangeSerializer)
        if not (sent.get("name") or sent.get("assignment_type") or "group_id" in sent):
            message = "Request must include name, assignment_type, and/or group_id."
            raise RefusedError(400, message, "missing-fields")
        state = actions.state_of(self.get_cohort())
        actions.change_cohort(
            course_key=course_key,
            cohort_id=cohort_id,
            name=sent.get("name") or state.name,
            assignment_type=sent.get("assignment_type") or state.assignment_type or actions.MANUAL,
            link=_link(sent) if "group_id" in sent else state.link,
            actor=request.user,
            seen=actions.fingerprint(state),
        )
        return Response(status=204)

    @extend_schema(exclude=True)
    def post(self, request, course_key, cohort_id):
        raise RefusedError(405, "Please use the parent endpoint.", "wrong-endpoint")


def _link(sent):
    """Return partition and group id as they were sent, or None for no link."""
    group_id, partition_id = sent.get("group_id"), sent.get("user_partition_id")
    if group_id is None:
        return None
    if partition_id is None:
        raise RefusedError(400, MISSING_PARTITION, "missing-user-partition-id")
    return partition_id, group_id


# --- Members ---------------------------------------------------------------------------------


class MemberSerializer(serializers.Serializer):
    """An account. Its name is put together as on the platform, not taken from the profile."""

    username = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    name = serializers.SerializerMethodField()

    def get_name(self, account) -> str:
        return f"{account.first_name} {account.last_name}"


class AddedSerializer(serializers.Serializer):
    username = serializers.CharField()
    email = serializers.CharField(allow_blank=True)


class ChangedSerializer(AddedSerializer):
    previous_cohort = serializers.CharField()


class OutcomesSerializer(serializers.Serializer):
    """What became of whom; those without an account that was found as they were sent."""

    success = serializers.BooleanField()
    added = AddedSerializer(many=True)
    changed = ChangedSerializer(many=True)
    present = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())
    preassigned = serializers.ListField(child=serializers.CharField())
    invalid = serializers.ListField(child=serializers.CharField())


class MemberApiView(CohortApiView):
    """The base of adding people."""

    def add(self, username=None):
        """Put people into the cohort of the address, and answer what became of each."""
        self.get_cohort()
        texts = [text for text in self._texts() if text] or ([username] if username else [])
        if not texts:
            raise RefusedError(400, "Missing users key in payload", "missing-users")
        found = members.add_learners(
            course_key=self.course_key, cohort_id=self.kwargs["cohort_id"], texts=texts, actor=self.request.user
        )
        return Response(OutcomesSerializer(_outcomes(found)).data)

    def _texts(self):
        return self.sent(MembersSerializer).get("users") or []


class MemberListView(MemberApiView):
    """The members of a cohort."""

    pagination_class = PlatformPagination

    @extend_schema(
        summary="The members of a cohort",
        responses={200: MemberSerializer(many=True), **REFUSALS},
    )
    def get(self, request, course_key, cohort_id):
        cohort = self.get_cohort()
        people = get_user_model().objects.filter(course_group_memberships__courseusergroup=cohort.pk).order_by("pk")
        pages = self.pagination_class()
        page = pages.paginate_queryset(people, request, view=self)
        return pages.get_paginated_response(MemberSerializer(page, many=True).data)

    @extend_schema(
        summary="Add people to a cohort", request=MembersSerializer, responses={200: OutcomesSerializer, **REFUSALS}
    )
    def post(self, request, course_key, cohort_id):
        """Who is in another cohort is moved; an address without an account is pre-assigned."""
        return self.add()

    @extend_schema(exclude=True)
    def delete(self, request, course_key, cohort_id):
        raise RefusedError(405, "Missing username in path", "missing-username")


@extend_schema(parameters=[OpenApiParameter("username", str, OpenApiParameter.PATH)])
class MemberView(MemberApiView):
    """One person, in or out."""

    @extend_schema(
        operation_id="api_cohorts_v1_courses_cohorts_users_add_one",
        summary="Add one person to a cohort",
        request=MembersSerializer,
        responses={200: OutcomesSerializer, **REFUSALS},
    )
    def post(self, request, course_key, cohort_id, username):
        """By username or e-mail address; people named in the body go before the one of the address."""
        return self.add(username.replace("\x00", ""))

    @extend_schema(summary="Remove one person from a cohort", responses={204: None, **REFUSALS})
    def delete(self, request, course_key, cohort_id, username):
        """By username. Nothing keeps them out: the LMS assigns them again at their next visit."""
        self.get_cohort()
        name = username.replace("\x00", "")
        # Once more, exactly: MySQL finds "Amina" when asked for "amina".
        ids = [person.pk for person in get_user_model().objects.filter(username=name) if person.username == name]
        if not ids:
            raise RefusedError(404, "User does not exist.", "user-not-found")
        if not members.remove(course_key=course_key, cohort_id=cohort_id, learner_ids=ids, actor=request.user):
            raise RefusedError(400, "User not assigned to the given cohort.", "user-not-in-cohort")
        return Response(status=204)


def _outcomes(found):
    """Sort what became of people into the platform's buckets; it takes retired accounts for unknown ones."""
    texts = {outcome: [] for outcome in Outcome}
    for one in found:
        texts[Outcome.UNKNOWN if one.outcome == Outcome.NOT_ALLOWED else one.outcome].append(one)
    return {
        "success": True,
        "added": texts[Outcome.ADDED],
        "changed": [
            {"username": one.username, "email": one.email, "previous_cohort": one.previous}
            for one in texts[Outcome.CHANGED]
        ],
        **{
            outcome.value: [one.typed for one in texts[outcome]]
            for outcome in (Outcome.PRESENT, Outcome.UNKNOWN, Outcome.PREASSIGNED, Outcome.INVALID)
        },
    }


# --- Upload ----------------------------------------------------------------------------------


class UploadSerializer(serializers.Serializer):
    """The file, by the platform's name for it, which is none for a field in Python."""

    def get_fields(self):
        return {FILE_FIELD: serializers.FileField()}


class UploadView(CohortApiView):
    """A CSV file of cohorts and learners, assigned by a worker."""

    @extend_schema(
        summary="Assign learners by a CSV file",
        request={"multipart/form-data": UploadSerializer},
        responses={204: None, **REFUSALS},
    )
    def post(self, request, course_key):
        """The file is checked whole; its progress and results are on the page of the bulk assignment."""
        upload = request.FILES.get(FILE_FIELD)
        try:
            bulk = make_upload(course_key=course_key, rows=_rows(upload), source=upload.name, actor=request.user)
            bulk_actions.confirm(bulk_id=bulk.pk, actor=request.user)
        except (ListRefusedError, PlanRefusedError) as refusal:
            message = UPLOAD_WORDS.get(str(refusal), str(refusal))
            raise RefusedError(400, message, "failed-validation") from refusal
        return Response(status=204)


def _rows(upload):
    if upload is None:
        raise ListRefusedError(f"No file uploaded with key '{FILE_FIELD}'.")
    if not upload.name.lower().endswith(".csv"):
        raise ListRefusedError("The file must end with the extension '.csv'.")
    return parse.read(upload.read(MAX_BYTES + 1))
