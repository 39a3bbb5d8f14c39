"""Where the learner was put in a course run: random groups, an automatic cohort, teams.

Decisions of staff stay: a cohort that they gave, a team's own work. What is given up comes back
with an undo unless its group is gone, or staff have decided otherwise since.
"""

from resets import rows
from resets.owners import schema
from resets.owners.base import Owner, Policy
from resets.owners.probe import Probe

RANDOM_GROUP = "xblock.partition_service.partition_"

GROUPS = "course_groups_courseusergroup"
KINDS = "course_groups_coursecohort"
PLACES = "course_groups_cohortmembership"
MEMBERS = f"{GROUPS}_users"
AUTOMATIC = "random"

TEAMS = "teams_courseteam"
MEMBERSHIPS = "teams_courseteammembership"


def _in_cohorts(table, group, accept, **more):
    """Return the learner's rows in `table` whose cohorts of the run are of a kind that is accepted."""
    return Probe(
        table,
        course=f"{GROUPS}.course_id",
        joins=((group, f"{GROUPS}.id"), (f"{GROUPS}.id", f"{KINDS}.course_user_group_id")),
        reads=(f"{GROUPS}.group_type", f"{KINDS}.assignment_type"),
        accept=lambda kind, assignment: kind == "cohort" and accept(assignment),
        **more,
    )


def _is_automatic(assignment):
    return assignment == AUTOMATIC


# The LMS keeps every member twice (docs/cohorts.md).
DRAWN_PLACES = (
    _in_cohorts(PLACES, "course_user_group_id", _is_automatic),
    _in_cohorts(MEMBERS, "courseusergroup_id", _is_automatic, counted=False),
)
GIVEN_PLACE = _in_cohorts(PLACES, "course_user_group_id", lambda assignment: not _is_automatic(assignment))
IN_TEAMS = Probe(MEMBERSHIPS, course=f"{TEAMS}.course_id", joins=(("team_id", f"{TEAMS}.id"),))


def _bars_of_cohort(scope, taken):
    if GIVEN_PLACE.is_present() and GIVEN_PLACE.find(scope):
        return {(table, row["id"]): "staff have chosen a cohort since" for table, row in taken}
    return _bars_where_gone(taken, GROUPS, {PLACES: "course_user_group_id", MEMBERS: "courseusergroup_id"}, "cohort")


def _bars_of_teams(scope, taken):
    return _bars_where_gone(taken, TEAMS, {MEMBERSHIPS: "team_id", TEAMS: "id"}, "team")


def _bars_where_gone(taken, groups, columns, noun):
    """Bar the rows whose column, by table, has the id of a group that is gone."""
    ids = {row[columns[table]] for table, row in taken}
    gone = ids - rows.existing(groups, sorted(ids)) if ids else set()
    return {(table, row["id"]): f"the {noun} is gone" for table, row in taken if row[columns[table]] in gone}


def _leave_teams(journal, probe, keys, scope, actor_id):
    teams = _locked_teams(keys)
    journal.delete(MEMBERSHIPS, keys)
    for team, size in _sizes(teams):
        journal.update(TEAMS, [team], {"team_size": size})


def _count_anew(keys, actor_id, kind):
    for team, size in _sizes(_locked_teams(keys)):
        rows.change(TEAMS, rows.among([team]), {"team_size": size})


def _locked_teams(memberships):
    """Return the teams' ids; locked, since two learners may leave one team at the same time."""
    if not memberships:
        return []
    team = schema.quoted("team_id")
    of_learner = rows.among(memberships).condition
    found = rows.fetch(f"SELECT DISTINCT {team} FROM {schema.quoted(MEMBERSHIPS)} WHERE {of_learner}")
    teams = sorted(key for (key,) in found)
    rows.read(TEAMS, rows.among(teams))
    return teams


def _sizes(teams):
    """Yield how many members each team has, as the LMS counts (CourseTeam.reset_team_size)."""
    for team in teams:
        yield team, len(schema.keys_where(MEMBERSHIPS, "team_id", team))


OWNERS = (
    Owner(
        "partition_tags",
        "Random group assignments",
        Policy.OFFER,
        (Probe("user_api_usercoursetag", reads=("key",), accept=lambda key: key.startswith(RANDOM_GROUP)),),
        help="The learner is put into a random group again, and may see other content than before.",
        ticked=True,
    ),
    Owner(
        "cohort",
        "Place in an automatic cohort",
        Policy.OFFER,
        DRAWN_PLACES,
        bars=_bars_of_cohort,
        help="The LMS draws a cohort anew at the next visit, perhaps the same: content and discussions follow it.",
        tells="You may find yourself in another cohort.",
    ),
    Owner(
        "teams",
        "Places in teams",
        Policy.OFFER,
        (IN_TEAMS,),
        change=_leave_teams,
        empties=True,
        note=_count_anew,
        bars=_bars_of_teams,
        help="The learner leaves the team and may join one again. Its submissions and files stay with it.",
        tells="You are no longer a member of your team. You may join one again.",
        updates=(TEAMS,),
    ),
    Owner(
        "team_memberships",
        "Member of a team",
        Policy.WARN,
        (IN_TEAMS,),
        help="Others may count on the learner for the team’s submissions. The place stays unless you tick it below.",
    ),
)
