"""Tables of an LMS that Lectern has no models for, as their migrations make them, on any engine.

A line is a table: columns with their type. `>table` is a foreign key, RESTRICT as on the platform;
`?` allows NULL; no column has a default, and `id` is counted up by the database.
"""

import uuid

from django.db import connection
from django.utils import timezone

from tests import factories

TABLES = {
    "student_anonymoususerid": "anonymous_user_id:text course_id:text user_id:int",
    "external_user_ids_externalid": "external_user_id:uuid user_id:int created:time modified:time",
    "courseware_studentfieldoverride": (
        "created:time modified:time course_id:text location:text field:text value:long student_id:int"
    ),
    "courseware_offlinecomputedgrade": "course_id:text created:time? updated:time gradeset:long? user_id:int",
    "courseware_xmodulestudentprefsfield": "field_name:text value:long module_type:text student_id:int",
    "bulk_grades_scoreoverrider": "created:time modified:time module_id:int user_id:int",
    "completion_aggregator_aggregator": (
        "created:time modified:time user_id:int course_key:text block_key:text aggregation_name:text earned:real"
    ),
    "completion_aggregator_stalecompletion": "username:text course_key:text block_key:text? resolved:bool",
    "problem_builder_answer": "name:text student_id:text course_key:text student_input:long",
    "problem_builder_share": "shared_by_id:int submission_uid:text block_id:text shared_with_id:int notified:bool",
    "submissions_studentitem": "student_id:text course_id:text item_id:text item_type:text",
    "submissions_teamsubmission": "uuid:uuid course_id:text item_id:text team_id:text status:text",
    "submissions_submission": (
        "uuid:uuid attempt_number:int submitted_at:time created_at:time raw_answer:long"
        " student_item_id:int>submissions_studentitem status:text"
        " team_submission_id:int?>submissions_teamsubmission"
    ),
    "submissions_score": (
        "points_earned:int points_possible:int created_at:time reset:bool"
        " student_item_id:int>submissions_studentitem submission_id:int?>submissions_submission"
    ),
    "submissions_scoresummary": (
        "highest_id:int>submissions_score latest_id:int>submissions_score student_item_id:int>submissions_studentitem"
    ),
    "submissions_externalgraderdetail": "status:text status_time:time submission_id:int>submissions_submission",
    "workflow_assessmentworkflow": (
        "created:time modified:time status:text status_changed:time submission_uuid:text uuid:uuid"
        " course_id:text item_id:text"
    ),
    "workflow_assessmentworkflowcancellation": (
        "comments:long cancelled_by_id:text created_at:time workflow_id:int>workflow_assessmentworkflow"
    ),
    "assessment_peerworkflow": (
        "student_id:text item_id:text course_id:text submission_uuid:text created_at:time cancelled_at:time?"
    ),
    "assessment_staffworkflow": (
        "scorer_id:text course_id:text item_id:text submission_uuid:text created_at:time cancelled_at:time?"
    ),
    "assessment_sharedfileupload": "team_id:text owner_id:text course_id:text item_id:text",
    "user_api_usercoursetag": "key:text course_id:text value:long user_id:int",
    "student_courseenrollmentcelebration": (
        "created:time modified:time celebrate_first_section:bool enrollment_id:int celebrate_weekly_goal:bool"
    ),
    "student_entranceexamconfiguration": (
        "course_id:text created:time? updated:time skip_entrance_exam:bool user_id:int"
    ),
    "schedules_schedule": (
        "created:time modified:time active:bool upgrade_deadline:time? enrollment_id:int start_date:time?"
    ),
    "edx_when_contentdate": "course_id:text location:text? field:text active:bool",
    "edx_when_userdate": (
        "created:time modified:time abs_date:time? rel_date:int? reason:long user_id:int"
        " content_date_id:int>edx_when_contentdate"
    ),
    "milestones_milestone": "created:time modified:time namespace:text name:text active:bool",
    "milestones_milestonerelationshiptype": "created:time modified:time name:text active:bool",
    "milestones_coursemilestone": (
        "course_id:text active:bool milestone_id:int>milestones_milestone"
        " milestone_relationship_type_id:int>milestones_milestonerelationshiptype"
    ),
    "milestones_coursecontentmilestone": (
        "course_id:text content_id:text active:bool milestone_id:int>milestones_milestone"
        " milestone_relationship_type_id:int>milestones_milestonerelationshiptype requirements:text?"
    ),
    "milestones_usermilestone": (
        "created:time modified:time user_id:int source:long collected:time? active:bool"
        " milestone_id:int>milestones_milestone"
    ),
    "proctoring_proctoredexam": (
        "course_id:text content_id:text exam_name:long time_limit_mins:int is_proctored:bool is_practice_exam:bool"
    ),
    "proctoring_proctoredexamstudentattempt": (
        "created:time modified:time started_at:time? completed_at:time? external_id:text? status:text"
        " taking_as_proctored:bool is_sample_attempt:bool proctored_exam_id:int>proctoring_proctoredexam user_id:int"
    ),
    "proctoring_proctoredexamstudentattempt_history": (
        "id:int created:time modified:time started_at:time? completed_at:time? external_id:text? status:text"
        " taking_as_proctored:bool is_sample_attempt:bool proctored_exam_id:int? user_id:int? history_id:key"
        " history_date:time history_change_reason:text? history_type:text history_user_id:int?"
    ),
    "teams_courseteam": (
        "team_id:text discussion_topic_id:text name:text course_id:text topic_id:text date_created:time"
        " description:text country:text language:text last_activity_at:time team_size:int"
    ),
    "teams_courseteammembership": ("date_joined:time last_activity_at:time team_id:int>teams_courseteam user_id:int"),
    "certificates_certificateallowlist": "created:time modified:time course_id:text allowlist:bool user_id:int",
    "credit_creditcourse": "course_key:text enabled:bool",
    "credit_crediteligibility": "username:text deadline:time course_id:int>credit_creditcourse",
    "credit_creditrequirement": "namespace:text name:text course_id:int>credit_creditcourse",
    "credit_creditrequirementstatus": "username:text status:text requirement_id:int>credit_creditrequirement",
    "degreed_degreedlearnerdatatransmissionaudit": (
        "enterprise_course_enrollment_id:int course_id:text course_completed:bool status:text created:time"
    ),
    "xapi_xapilearnerdatatransmissionaudit": "user_id:int course_id:text status:text created:time",
    "lti_provider_gradedassignment": "user_id:int course_key:text usage_key:text lis_result_sourcedid:text",
    "lti_consumer_ltiagslineitem": "resource_id:text resource_link_id:text? label:text score_maximum:int",
    "lti_consumer_ltiagsscore": (
        "timestamp:time score_given:real? score_maximum:real? user_id:text line_item_id:int>lti_consumer_ltiagslineitem"
    ),
    "bookmarks_bookmark": "created:time modified:time course_key:text usage_key:text path:long user_id:int",
    "course_groups_courseusergroup_users": "courseusergroup_id:int user_id:int",
    "course_groups_cohortmembership": "course_id:text course_user_group_id:int user_id:int",
    "schedules_historicalschedule": (
        "id:int created:time modified:time active:bool upgrade_deadline:time? enrollment_id:int? start_date:time?"
        " history_id:key history_date:time history_change_reason:text? history_type:text history_user_id:int?"
    ),
    "certificates_historicalgeneratedcertificate": (
        "id:int course_id:text verify_uuid:text download_uuid:text download_url:text grade:text key:text"
        " distinction:bool status:text mode:text name:text created_date:time modified_date:time error_reason:text"
        " user_id:int? history_id:key history_date:time history_change_reason:text? history_type:text"
        " history_user_id:int?"
    ),
    "course_duration_limits_coursedurationlimitconfig": (
        "change_date:time enabled:bool? org:text? org_course:text? enabled_as_of:time? changed_by_id:int?"
        " course_id:text? site_id:int?"
    ),
}
# Where the LMS's ORM would have written what was done and undone: that stays.
HISTORIES = {
    "certificates_historicalgeneratedcertificate",
    "proctoring_proctoredexamstudentattempt_history",
    "schedules_historicalschedule",
}
TYPES = {
    "sqlite": {"key": "integer PRIMARY KEY AUTOINCREMENT", "int": "integer", "text": "varchar(255)", "long": "text"}
    | {"time": "datetime", "bool": "bool", "real": "real", "uuid": "char(32)"},
    "postgresql": {"key": "bigserial PRIMARY KEY", "int": "bigint", "text": "varchar(255)", "long": "text"}
    | {"time": "timestamptz", "bool": "boolean", "real": "double precision", "uuid": "uuid"},
    "mysql": {"key": "bigint AUTO_INCREMENT PRIMARY KEY", "int": "bigint", "text": "varchar(255)", "long": "longtext"}
    | {"time": "datetime(6)", "bool": "tinyint(1)", "real": "double", "uuid": "char(32)"},
}


def columns(table):
    """Return the columns of a table: name, kind, whether it may be empty, and what it refers to."""
    lines = [] if ":key" in TABLES[table] else [("id", "key", False, "")]
    for column in TABLES[table].split():
        name, _, kind = column.partition(":")
        kind, _, target = kind.partition(">")
        lines.append((name, kind.rstrip("?"), kind.endswith("?"), target))
    return lines


def create(table):
    """Make one table in the connected database."""
    quote, types = connection.ops.quote_name, TYPES[connection.vendor]
    lines = []
    for name, kind, empty, target in columns(table):
        null = "" if kind == "key" else " NULL" if empty else " NOT NULL"
        lines.append(f"{quote(name)} {types[kind]}{null}")
        if target:
            lines.append(f"FOREIGN KEY ({quote(name)}) REFERENCES {quote(target)} ({quote('id')})")
    # A foreign key follows its column here; engines want constraints last.
    lines.sort(key=lambda line: line.startswith("FOREIGN KEY"))
    run(f"CREATE TABLE {quote(table)} ({', '.join(lines)})")


def drop(table):
    run(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)}")


def put(table, **values):
    """Insert a row, with something harmless in every column that was not given; return its id."""
    given = {name: values.pop(name, None if empty else _some(kind)) for name, kind, empty, _ in columns(table)}
    assert not values, f"{table} has no {values}"
    row = {name: _ready(value) for name, value in given.items() if (name, value) != ("id", None)}
    quote = connection.ops.quote_name
    names, marks = ", ".join(quote(name) for name in row), ", ".join(["%s"] * len(row))
    run(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", list(row.values()))
    return run(f"SELECT MAX({quote('id')}) FROM {quote(table)}")[0][0]


def rows(table):
    """Return a table's rows as dictionaries, in order."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run(statement, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        return cursor.fetchall() if cursor.description else []


def _some(kind):
    return {"key": None, "int": 1, "text": "x", "long": "{}", "real": 0.5, "bool": False}.get(kind, kind)


def _ready(value):
    if value == "time":
        return connection.ops.adapt_datetimefield_value(timezone.now())
    if value == "uuid":
        value = uuid.uuid4()
    if isinstance(value, uuid.UUID):
        return value if connection.vendor == "postgresql" else value.hex
    if hasattr(value, "tzinfo"):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if hasattr(value, "make_usage_key") else value


# --- A learner who left something everywhere -------------------------------------------------


def fill(enrollment):
    """Give the learner of an enrollment one row of every kind in its run; return their anonymous id."""
    user, run_key, name = enrollment.user_id, str(enrollment.course_id), enrollment.user.username
    who = {"user_id": user, "course_id": run_key}
    put("courseware_studentfieldoverride", student_id=user, course_id=run_key)
    put("courseware_offlinecomputedgrade", **who)
    put("courseware_xmodulestudentprefsfield", student_id=user)
    put("completion_aggregator_aggregator", user_id=user, course_key=run_key)
    put("completion_aggregator_stalecompletion", username=name, course_key=run_key)
    put("completion_aggregator_stalecompletion", username=name, course_key=run_key, resolved=True)
    put("user_api_usercoursetag", key="xblock.partition_service.partition_50", value="7", **who)
    put("user_api_usercoursetag", key="survey.seen", **who)
    put("student_courseenrollmentcelebration", enrollment_id=enrollment.pk)
    put("student_entranceexamconfiguration", skip_entrance_exam=True, **who)
    put("schedules_schedule", enrollment_id=enrollment.pk, active=True)
    put("edx_when_userdate", user_id=user, content_date_id=put("edx_when_contentdate", course_id=run_key))
    put("certificates_certificateallowlist", **who)
    put("bookmarks_bookmark", user_id=user, course_key=run_key)
    draw(enrollment, factories.CohortFactory(course_id=enrollment.course_id, assignment_type="random"))
    put("lti_provider_gradedassignment", user_id=user, course_key=run_key)
    put("xapi_xapilearnerdatatransmissionaudit", **who)
    fill_gates(enrollment)
    fill_awards(enrollment)
    return fill_submissions(enrollment)


def fill_gates(enrollment):
    user, run_key = enrollment.user_id, str(enrollment.course_id)
    kind = put("milestones_milestonerelationshiptype", name="fulfills", active=True)
    for table, more in (
        ("milestones_coursecontentmilestone", {"content_id": "x"}),
        ("milestones_coursemilestone", {}),
    ):
        milestone = put("milestones_milestone", active=True)
        link = {"milestone_id": milestone, "milestone_relationship_type_id": kind}
        put(table, course_id=run_key, active=True, **link, **more)
        put("milestones_usermilestone", user_id=user, milestone_id=milestone, active=True)
    exam = put("proctoring_proctoredexam", course_id=run_key)
    put("proctoring_proctoredexamstudentattempt", user_id=user, proctored_exam_id=exam, status="submitted")
    put(
        "proctoring_proctoredexamstudentattempt",
        user_id=user,
        proctored_exam_id=exam,
        status="submitted",
        taking_as_proctored=True,
    )
    join(enrollment, put_team(run_key))


def draw(enrollment, cohort):
    """Put the learner into a cohort, as the LMS does: into two tables."""
    who = {"user_id": enrollment.user_id}
    place = put("course_groups_cohortmembership", course_user_group_id=cohort.pk, course_id=cohort.course_id, **who)
    return place, put("course_groups_courseusergroup_users", courseusergroup_id=cohort.pk, **who)


def put_team(run_key):
    """Make a team without members in a course run; return its id."""
    names = {"team_id": uuid.uuid4().hex, "discussion_topic_id": uuid.uuid4().hex}
    return put("teams_courseteam", course_id=run_key, team_size=0, **names)


def join(enrollment, team):
    """Make the learner a member of a team, which counts its members."""
    put("teams_courseteammembership", user_id=enrollment.user_id, team_id=team)
    run("UPDATE teams_courseteam SET team_size = team_size + 1 WHERE id = %s", [team])


def fill_awards(enrollment):
    user, run_key, name = enrollment.user_id, str(enrollment.course_id), enrollment.user.username
    credit = put("credit_creditcourse", course_key=run_key)
    put("credit_crediteligibility", username=name, course_id=credit)
    requirement = put("credit_creditrequirement", course_id=credit)
    put("credit_creditrequirementstatus", username=name, requirement_id=requirement)
    theirs = factories.EnterpriseEnrollmentFactory(course_id=run_key, enterprise_customer_user__user=enrollment.user)
    put("degreed_degreedlearnerdatatransmissionaudit", enterprise_course_enrollment_id=theirs.pk, course_id=run_key)
    external = uuid.uuid4()
    put("external_user_ids_externalid", external_user_id=external, user_id=user)
    block = enrollment.course_id.make_usage_key("lti_consumer", "tool")
    line = put("lti_consumer_ltiagslineitem", resource_link_id=str(block))
    put("lti_consumer_ltiagsscore", user_id=str(external), line_item_id=line)


def fill_submissions(enrollment):
    run_key, user = str(enrollment.course_id), enrollment.user_id
    old, new = (f"{user:04x}{place}{enrollment.pk:08x}" for place in ("a", "b"))
    for name in (old, new):
        put("student_anonymoususerid", anonymous_user_id=name, user_id=user, course_id=run_key)
    put("problem_builder_answer", student_id=new, course_key=run_key)
    answer = enrollment.course_id.make_usage_key("pb-answer", "why")
    put("problem_builder_share", shared_by_id=user, shared_with_id=user + 1, block_id=str(answer))
    put("assessment_sharedfileupload", owner_id=new, course_id=run_key)
    submit(enrollment, old, "ora-of-old-name")
    submit(enrollment, new, "ora")
    team = put("submissions_teamsubmission", course_id=run_key, status="A")
    submit(enrollment, new, "team-ora", team_submission_id=team)
    return new


def submit(enrollment, name, item_id, **submission):
    """Hand in and grade one response of the learner with this anonymous id."""
    run_key, number = str(enrollment.course_id), uuid.uuid4()
    item = put("submissions_studentitem", student_id=name, course_id=run_key, item_id=item_id)
    mine = put("submissions_submission", uuid=number, student_item_id=item, status="A", **submission)
    score = put(
        "submissions_score", student_item_id=item, submission_id=mine, points_earned=3, points_possible=5, reset=False
    )
    put("submissions_scoresummary", student_item_id=item, highest_id=score, latest_id=score)
    put("submissions_externalgraderdetail", status="pending", submission_id=mine)
    put("workflow_assessmentworkflow", submission_uuid=str(number), course_id=run_key, status="done")
    put("assessment_peerworkflow", student_id=name, submission_uuid=str(number), course_id=run_key)
    put("assessment_staffworkflow", submission_uuid=str(number), course_id=run_key)
    return item
