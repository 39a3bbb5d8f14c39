import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import console.fields


class Migration(migrations.Migration):
    dependencies = [
        ("lectern_groups", "0002_content_import"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkAssignment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("cancelled", "Cancelled"),
                            ("done", "Done"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("created", models.DateTimeField()),
                ("expires_at", models.DateTimeField(help_text="When a draft is too old to be confirmed.")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "rung_at",
                    models.DateTimeField(blank=True, help_text="When a worker was last asked to go on.", null=True),
                ),
                ("finished_at", models.DateTimeField(blank=True, help_text="When nothing was left to do.", null=True)),
                ("course_id", console.fields.CourseKeyField(db_index=True, max_length=255)),
                (
                    "kind",
                    models.CharField(
                        choices=[("upload", "CSV upload"), ("automatic", "Automatic assignment")], max_length=10
                    ),
                ),
                (
                    "source",
                    models.CharField(blank=True, default="", help_text="Name of the uploaded file.", max_length=255),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk assignment",
                "db_table": "lectern_groups_bulkassignment",
            },
        ),
        migrations.CreateModel(
            name="BulkAssignmentItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.PositiveIntegerField(help_text="In the file or text, from 1.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("started", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("skipped", "Left out"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", help_text="Why it came out as it did, in words.")),
                ("worker", models.CharField(blank=True, default="", help_text="Who has claimed it.", max_length=200)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("typed", models.CharField(help_text="Username or e-mail address as it was given.", max_length=255)),
                ("cohort_name", models.CharField(blank=True, default="", max_length=255)),
                ("cohort_id", models.IntegerField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("added", "Added"),
                            ("changed", "Moved"),
                            ("present", "Already there"),
                            ("preassigned", "Pre-assigned"),
                            ("unknown", "Unknown"),
                            ("invalid", "Invalid address"),
                            ("not_allowed", "Not allowed"),
                            ("no_cohort", "No such cohort"),
                            ("repeated", "Later line counts"),
                            ("assigned", "Assigned"),
                        ],
                        help_text="What it would do while the plan is a draft, then what it did.",
                        max_length=12,
                    ),
                ),
                (
                    "previous",
                    models.CharField(blank=True, default="", help_text="Name of the cohort before.", max_length=255),
                ),
                (
                    "bulk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="lectern_groups.bulkassignment",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk assignment line",
                "db_table": "lectern_groups_bulkassignmentitem",
            },
        ),
        migrations.AddIndex(
            model_name="bulkassignment",
            index=models.Index(fields=["state", "finished_at"], name="lectern_assignment_state"),
        ),
        migrations.AddIndex(
            model_name="bulkassignmentitem",
            index=models.Index(fields=["bulk", "state", "line"], name="lectern_assignment_item_state"),
        ),
        migrations.AddConstraint(
            model_name="bulkassignmentitem",
            constraint=models.UniqueConstraint(fields=("bulk", "line"), name="lectern_one_assignment_line"),
        ),
    ]
