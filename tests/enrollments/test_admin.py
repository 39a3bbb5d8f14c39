"""Course data in the admin."""

import pytest
from django.urls import reverse

from enrollments.models import CourseEnrollment
from tests.factories import CertificateFactory, CourseOverviewFactory, EnrollmentFactory, admin_user

pytestmark = pytest.mark.django_db

ENROLLMENTS = "/admin/lectern_enrollments/courseenrollment/"


@pytest.fixture
def client(client_of):
    return client_of(admin_user())


def test_an_enrollment_whose_run_has_no_overview_stays_in_the_list(client):
    with_run = EnrollmentFactory(course=CourseOverviewFactory(display_name="Botany"))
    without = EnrollmentFactory()
    without.overview.delete()
    rows = client.get(ENROLLMENTS).context["cl"].result_list
    assert {row.pk for row in rows} == {with_run.pk, without.pk}
    missing = client.get(ENROLLMENTS, {"q": "overview = None"}).context["cl"].result_list
    assert [row.pk for row in missing] == [without.pk]
    named = client.get(ENROLLMENTS, {"q": 'overview.display_name ~ "bot"'}).context["cl"].result_list
    assert [row.pk for row in named] == [with_run.pk]


def test_a_key_that_is_no_key_is_shown_as_it_is(client):
    odd = EnrollmentFactory()
    CourseEnrollment.objects.filter(pk=odd.pk).update(course_id=type(odd)._meta.get_field("course_id").to_python(None))
    assert client.get(ENROLLMENTS).status_code == 200
    assert client.get(f"{ENROLLMENTS}{odd.pk}/change/").status_code == 200


def test_a_course_run_opens_by_its_key(client):
    run = CourseOverviewFactory()
    url = reverse("admin:lectern_enrollments_courseoverview_change", args=[run.id])
    assert run.display_name in client.get(url, follow=True).text


def test_the_download_key_of_a_certificate_is_not_shown(client):
    certificate = CertificateFactory(key="the-key-itself", download_uuid="the-download-id", verify_uuid="abc")
    text = client.get(f"/admin/lectern_enrollments/generatedcertificate/{certificate.pk}/change/").text
    assert "abc" in text
    assert "the-key-itself" not in text
    assert "the-download-id" not in text
