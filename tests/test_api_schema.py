"""All kinds of requests, made up from the OpenAPI description: none ends in a server error.

Answers have a described status, and the described shape. Each request is made by the next of all
kinds of people, as it was made up, then with a body that could be right, then also
about a learner who exists.
"""

import logging
from itertools import cycle

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from opaque_keys.edx.keys import CourseKey
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console import tokens
from console.wsgi import application
from tests import factories

pytestmark = pytest.mark.django_db

RUN = CourseKey.from_string("course-v1:MineX+M1+2026")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PEOPLE = {
    "support": factories.support,
    "admin": factories.admin_user,
    "instructor": lambda: factories.course_staff(RUN),
    "learner": factories.LearnerFactory,
}
# What stands for something that exists, by the name of the parameter or of the field.
CUSTOMER = "11111111-1111-4111-8111-111111111111"
INTENTION = "22222222-2222-4222-8222-222222222222"
KNOWN = {
    "username": "anna",
    "identifier": "anna",
    "version": "v1",
    "course_id": str(RUN),
    "comment": "Wrong run",
    "enterprise_customer_uuid": CUSTOMER,
    "uuid": INTENTION,
    "lms_user_id": 1001,
    "course_key": str(RUN),
    "cohort_id": 1002,
    "users": ["anna"],
}

config = SchemathesisConfig.from_dict({"phases": {"coverage": {"unexpected-methods": []}}})
schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True), config=config)
schema.app = application


@pytest.fixture
def quiet_connection():
    """Leave the connection open after a request, as Django's test client does: the test's transaction is in it.

    Nothing is logged: thousands of lines would take longer than the requests.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def people(settings, quiet_connection):
    """Return the headers of all people, one after the other and round again, with rows that they may ask about."""
    settings.LECTERN_API_PER_MINUTE = 1_000_000
    course = factories.CourseOverviewFactory(id=RUN, mobile_available=True)
    factories.OptInFactory(course=course)
    anna = factories.LearnerFactory(pk=KNOWN["lms_user_id"], username="anna")
    enrollment = factories.EnrollmentFactory(course=course, user=anna)
    intention = factories.IntentionFactory(course=course, enterprise_customer__uuid=CUSTOMER, uuid=INTENTION)
    factories.CustomerUserFactory(user=anna, enterprise_customer=intention.enterprise_customer)
    factories.AuditFactory(course_enrollment=enrollment, status="failed")
    factories.join_cohort(factories.CohortFactory(pk=KNOWN["cohort_id"], course_id=RUN), anna)
    return cycle([_signed_in(make()) for make in PEOPLE.values()])


def _signed_in(person):
    _, secret = tokens.create(user=person, name="Requests", days=1, actor=person)
    return {"Authorization": f"Bearer {secret}"}


@schema.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_ends_in_a_server_error(case, people):
    person = next(people)
    for parts in ((), (case.body, case.query), (case.path_parameters,)):
        for part in parts:
            if isinstance(part, dict):
                part.update({name: KNOWN[name] for name in part if name in KNOWN})
        case.call_and_validate(headers=person, checks=CHECKS)


def test_every_operation_is_asked():
    assert len(list(schema.get_all_operations())) == sum(
        len(methods) for methods in schema.raw_schema["paths"].values()
    )
