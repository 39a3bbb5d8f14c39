"""The forms of an import: the upload, and its confirmation."""

from django import forms
from django.conf import settings

from groups.olx.archive import MEGABYTE


class UploadForm(forms.Form):
    """Takes an export as Studio makes it."""

    archive = forms.FileField(
        label="Export file",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".gz,.tgz,application/gzip"}),
        error_messages={"required": "Choose the file that Studio exported."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[
            "archive"
        ].help_text = (
            f"The .tar.gz that Studio makes under Tools, Export Course. At most {settings.LECTERN_OLX_UPLOAD_MB:,} MB."
        )

    def clean_archive(self):
        archive = self.cleaned_data["archive"]
        if archive.size > settings.LECTERN_OLX_UPLOAD_MB * MEGABYTE:
            raise forms.ValidationError(
                f"The file is larger than {settings.LECTERN_OLX_UPLOAD_MB:,} MB. An admin can raise "
                "LECTERN_OLX_UPLOAD_MB, or import it with manage.py import_course."
            )
        return archive


class ConfirmForm(forms.Form):
    """Confirms a preview: of which revision, and whether another run's export is meant."""

    seen_revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    from_another_run = forms.BooleanField(required=False)
