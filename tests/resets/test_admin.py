"""Opt-ins are managed in the admin; the trail of resets is only read there."""

import pytest
from opaque_keys.edx.keys import CourseKey

from resets.models import CourseResetAudit, CourseResetCourseOptIn, ResetJob
from tests.factories import AuditFactory, CourseOverviewFactory, OptInFactory, StudentModuleFactory, admin_user

pytestmark = pytest.mark.django_db

OPT_INS = "/admin/lectern_resets/courseresetcourseoptin/"
AUDITS = "/admin/lectern_resets/courseresetaudit/"


@pytest.fixture
def client(client_of):
    return client_of(admin_user(is_superuser=False))


class TestOptIns:
    def test_adding_one(self, client):
        run = CourseOverviewFactory()
        assert client.post(f"{OPT_INS}add/", {"course_id": f" {run.id} ", "active": "on"}).status_code == 302
        opt_in = CourseResetCourseOptIn.objects.get()
        assert (opt_in.course_id, opt_in.active) == (run.id, True)
        assert opt_in.created == opt_in.modified

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "required"),
            ("Data Science 101", "not a course key"),
            ("course-v1:No+Such+Run", "no course run with this key"),
            ("course-v1:Org+Taken+1", "opted in already"),
        ],
    )
    def test_a_run_that_cannot_be_opted_in(self, text, message, client):
        OptInFactory(course=CourseOverviewFactory(id=CourseKey.from_string("course-v1:Org+Taken+1")))
        response = client.post(f"{OPT_INS}add/", {"course_id": text, "active": "on"})
        assert response.status_code == 200
        assert message in response.text
        assert CourseResetCourseOptIn.objects.count() == 1

    def test_switching_one_off_and_never_to_another_run(self, client):
        opt_in, other = OptInFactory(), CourseOverviewFactory()
        response = client.post(f"{OPT_INS}{opt_in.pk}/change/", {"course_id": str(other.id)})
        assert response.status_code == 302
        changed = CourseResetCourseOptIn.objects.get()
        assert (changed.course_id, changed.active, changed.created) == (opt_in.course_id, False, opt_in.created)
        assert changed.modified > opt_in.modified

    def test_deleting_one_that_no_reset_needs(self, client):
        opt_in = OptInFactory()
        assert client.post(f"{OPT_INS}{opt_in.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not CourseResetCourseOptIn.objects.exists()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_one_with_resets_is_kept_and_says_why(self, method, client):
        audit = AuditFactory()
        response = getattr(client, method)(f"{OPT_INS}{audit.course_id}/delete/", {"post": "yes"}, follow=True)
        assert "resets of this course run are recorded under it" in response.text
        assert CourseResetAudit.objects.filter(pk=audit.pk).exists()
        assert CourseResetCourseOptIn.objects.filter(pk=audit.course_id).exists()


class TestAudits:
    def test_the_list_shows_who_what_and_why(self, client):
        audit = AuditFactory(comment="Ticket 4711", course_enrollment__user__username="amina")
        text = client.get(AUDITS).text
        for shown in ("amina", str(audit.course_enrollment.course_id), "Ticket 4711", audit.reset_by.username):
            assert shown in text

    def test_one_that_was_undone_says_so(self, client):
        audit = AuditFactory(status="complete")
        ResetJob.objects.filter(pk=audit.pk).update(undone_at="2026-02-03T04:05Z")
        assert "Feb. 3, 2026" in client.get(AUDITS).text

    @pytest.mark.parametrize(
        "query",
        [
            'course_enrollment.user.username = "amina"',
            'comment ~ "4711" and status = "Failed"',
            'reset_by.username != "amina" and created > "-1d"',
            "course.active = True and completed_at = None",
        ],
    )
    def test_queries_of_the_trade(self, query, client):
        wanted = AuditFactory(comment="Ticket 4711", course_enrollment__user__username="amina", status="failed")
        AuditFactory(created="2026-01-01T00:00Z", completed_at="2026-01-01T00:00Z", status="complete")
        found = client.get(AUDITS, {"q": query}).context["cl"].result_list
        assert [row.pk for row in found] == [wanted.pk]

    def test_the_trail_cannot_be_touched(self, client):
        audit = AuditFactory()
        for page, data in ((f"{audit.pk}/change/", {"comment": "x"}), (f"{audit.pk}/delete/", {"post": "yes"})):
            assert client.post(AUDITS + page, data).status_code == 403
        assert client.post(f"{AUDITS}add/", {}).status_code == 403
        assert CourseResetAudit.objects.get().comment == audit.comment


def test_module_state_of_a_learner_without_account_stays_in_the_list(client):
    module = StudentModuleFactory()
    type(module).objects.filter(pk=module.pk).update(student=987_654)
    assert len(client.get("/admin/lectern_resets/studentmodule/").context["cl"].result_list) == 1
    assert client.get(f"/admin/lectern_resets/studentmodule/{module.pk}/change/").status_code == 200
