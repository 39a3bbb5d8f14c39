"""Reading a course out of an export: its key, policy, blocks and partitions. Nothing is stored."""

from collections.abc import Mapping

from opaque_keys import InvalidKeyError
from opaque_keys.edx.locator import CourseLocator

from groups.olx.course import ReadCourse
from groups.olx.errors import OlxRefusedError
from groups.olx.originals import read_originals, read_policies
from groups.olx.source import COURSE_FILE, Export
from groups.olx.tree import read_tree
from groups.partitions import READ_ONLY_SCHEMES, STORABLE_SCHEMES

KEY_LENGTH = 255


def read_course(files: Mapping[str, bytes]) -> ReadCourse:
    """Return the course that an export holds.

    Args:
        files: from `archive.open_archive` or `archive.open_folder`.

    Raises:
        OlxRefusedError: names the file and the cause.
    """
    export = Export(files)
    course = _identify(export)
    policies, policy_name = _read_policy(export, course)
    course.blocks = list(read_tree(export, course, policies))
    policy = policies.get(f"course/{course.run_name}", {})
    course.cohort_config = _object(policy, "cohort_config", policy_name)
    course.teams_configuration = _object(policy, "teams_configuration", policy_name)
    _check_team_sets(course.teams_configuration, policy_name)
    originals = read_originals(policies, course.run_name, course.course_xml)
    file = policy_name if originals.policy is not None else course.blocks[0].file
    course.partitions = tuple(_readable(originals.partitions(file), course))
    _check_split_tests(course)
    return course


def _identify(export):
    """Return the course with nothing but its key."""
    name = export.name(COURSE_FILE)
    entry = export.xml(name)
    if entry.tag != "course":
        raise OlxRefusedError(name, f"The first element is “{entry.tag[:50]}”, not “course”.")
    missing = [attribute for attribute in ("org", "course", "url_name") if not entry.get(attribute)]
    if missing:
        raise OlxRefusedError(name, f"The course has no {' and no '.join(missing)}.")
    try:
        key = CourseLocator(entry.get("org"), entry.get("course"), entry.get("url_name"))
    except InvalidKeyError as error:
        raise OlxRefusedError(name, "Its org, course and url_name make no course key.") from error
    if len(str(key)) > KEY_LENGTH:
        raise OlxRefusedError(name, f"The course key is longer than {KEY_LENGTH} characters.")
    return ReadCourse(key=key, run_name=key.run)


def _read_policy(export, course):
    """Return the policy's values by "type/name", and the name of its file."""
    name = export.name("policies", course.run_name, "policy.json")
    if name not in export:
        course.warn(f"{name} is missing; only what the XML says was imported.")
        return {}, name
    course.policy = export.text(name)
    return read_policies(course.policy, name), name


def _object(policy, key, name):
    value = policy.get(key) or {}
    if not isinstance(value, dict):
        raise OlxRefusedError(name, f"{key} must be an object.")
    return value


def _check_team_sets(configuration, name):
    for key in ("team_sets", "topics"):
        team_sets = configuration.get(key) or []
        if not isinstance(team_sets, list) or not all(isinstance(team_set, dict) for team_set in team_sets):
            raise OlxRefusedError(name, f"teams_configuration.{key} must be a list of objects.")


def _readable(partitions, course):
    """Yield the partitions that a course may hold; the platform makes those of read-only schemes itself."""
    for partition in partitions:
        if partition.scheme in READ_ONLY_SCHEMES:
            course.warn(
                f"Partition {partition.id} “{partition.name}” was left out: the platform makes partitions "
                f"of scheme {partition.scheme} itself and does not load a course that holds one."
            )
            continue
        if partition.scheme not in STORABLE_SCHEMES:
            course.warn(
                f"Partition {partition.id} “{partition.name}” has the scheme {partition.scheme}, which Open edX "
                "does not know: without the plugin for it, the platform cannot load this course."
            )
        yield partition


def _check_split_tests(course):
    """Warn of experiments whose partition is not there: learners see none of their branches."""
    known = {partition.id for partition in course.partitions}
    for block in course.blocks:
        if block.type == "split_test" and block.fields.user_partition_id not in known:
            course.warn(
                f"{block.file}: the experiment “{block.fields.display_name or block.name}” has no configuration."
            )
