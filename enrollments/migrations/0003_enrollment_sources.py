"""The sources that edx-enterprise's own migrations make; an LMS has them already."""

from django.db import migrations
from django.utils import timezone

SOURCES = {
    "manual": "Manual Enterprise Enrollment",
    "enterprise_api": "Enterprise API Enrollment",
    "enrollment_url": "Enterprise Enrollment URL",
    "offer_redemption": "Enterprise Offer Redemption",
    "enrollment_task": "Enterprise User Enrollment Background Task",
    "management_command": "Enterprise management command enrollment",
    "customer_admin": "Enterprise Customer Admin Enrollment",
}


def add_sources(apps, schema_editor):
    source = apps.get_model("lectern_enrollments", "EnterpriseEnrollmentSource")
    now = timezone.now()
    source.objects.bulk_create(
        [source(created=now, modified=now, name=name, slug=slug) for slug, name in SOURCES.items()]
    )


class Migration(migrations.Migration):
    dependencies = [("lectern_enrollments", "0002_default_enrollments")]

    operations = [
        migrations.RunPython(add_sources, migrations.RunPython.noop, hints={"platform": True}, elidable=False)
    ]
