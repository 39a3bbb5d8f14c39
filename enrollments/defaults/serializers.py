"""Default enrollments as edx-enterprise's API writes them."""

from datetime import UTC

from rest_framework import serializers


class MomentField(serializers.DateTimeField):
    """A moment in UTC, as an LMS writes it, whatever the site's own time zone is."""

    def __init__(self, **kwargs):
        super().__init__(default_timezone=UTC, **kwargs)


class RunMetadataSerializer(serializers.Serializer):
    """Dates of a course run; all may be unknown."""

    start_date = MomentField(source="start", allow_null=True)
    end_date = MomentField(source="end", allow_null=True)
    enroll_by_date = MomentField(source="enroll_by", allow_null=True)
    enroll_start_date = MomentField(source="enroll_start", allow_null=True)
    content_price = serializers.SerializerMethodField(help_text="Not known here.")

    def get_content_price(self, run) -> float | None:
        return None


class IntentionSerializer(serializers.Serializer):
    """An intention. `context["contents"]` is what `content.resolve` says, by uuid."""

    uuid = serializers.UUIDField()
    content_key = serializers.CharField()
    enterprise_customer = serializers.UUIDField(source="enterprise_customer_id")
    course_key = serializers.SerializerMethodField(help_text="Null when nothing is known of the course.")
    course_run_key = serializers.SerializerMethodField()
    is_course_run_enrollable = serializers.SerializerMethodField(help_text="False also when it is not known.")
    best_mode_for_course_run = serializers.SerializerMethodField()
    applicable_enterprise_catalog_uuids = serializers.SerializerMethodField()
    course_run_normalized_metadata = serializers.SerializerMethodField()
    created = MomentField()
    modified = MomentField()

    def content(self, intention):
        return self.context["contents"][intention.pk]

    def get_course_key(self, intention) -> str | None:
        content = self.content(intention)
        if content.run:
            return f"{content.run.key.org}+{content.run.key.course}"
        return intention.content_key if content.runs.runs else None

    def get_course_run_key(self, intention) -> str | None:
        run = self.content(intention).run
        return str(run.key) if run else None

    def get_is_course_run_enrollable(self, intention) -> bool:
        return bool(self.content(intention).is_enrollable)

    def get_best_mode_for_course_run(self, intention) -> str | None:
        mode = self.content(intention).mode
        return mode.original if mode else None

    def get_applicable_enterprise_catalog_uuids(self, intention) -> list[str]:
        return sorted(str(catalog) for catalog in self.content(intention).catalogs or ())

    def get_course_run_normalized_metadata(self, intention) -> dict:
        run = self.content(intention).run
        return RunMetadataSerializer(run).data if run and run.origin else {}


class PlacedIntentionSerializer(IntentionSerializer):
    """An intention with a learner's enrollment. `context["existing"]` holds `learner_status.Existing`, by uuid."""

    has_existing_enrollment = serializers.SerializerMethodField()
    is_existing_enrollment_active = serializers.SerializerMethodField()
    is_existing_enrollment_audit = serializers.SerializerMethodField()

    def existing(self, intention):
        return self.context["existing"][intention.pk]

    def get_has_existing_enrollment(self, intention) -> bool:
        return self.existing(intention) is not None

    def get_is_existing_enrollment_active(self, intention) -> bool | None:
        existing = self.existing(intention)
        return existing and existing.is_active

    def get_is_existing_enrollment_audit(self, intention) -> bool | None:
        existing = self.existing(intention)
        return existing and existing.is_audit


class NeedsSerializer(serializers.Serializer):
    enrollable = PlacedIntentionSerializer(many=True)
    not_enrollable = PlacedIntentionSerializer(many=True)


class StatusesSerializer(serializers.Serializer):
    needs_enrollment = NeedsSerializer()
    already_enrolled = PlacedIntentionSerializer(many=True)


class NeedsCountSerializer(serializers.Serializer):
    enrollable = serializers.IntegerField()
    not_enrollable = serializers.IntegerField()


class CountsSerializer(serializers.Serializer):
    total_default_enterprise_enrollment_intentions = serializers.IntegerField()
    total_needs_enrollment = NeedsCountSerializer()
    total_already_enrolled = serializers.IntegerField()


class LearnerStatusSerializer(serializers.Serializer):
    lms_user_id = serializers.IntegerField()
    user_email = serializers.CharField(allow_blank=True)
    enterprise_customer_uuid = serializers.UUIDField()
    enrollment_statuses = StatusesSerializer()
    metadata = CountsSerializer()
