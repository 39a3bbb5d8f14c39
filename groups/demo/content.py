"""Demo content: two courses as OLX exports, made here and read by the import itself.

Their blocks are those of `enrollments.demo.outline`, so that completions and restrictions meet, with
an experiment, texts for some groups only, and every mistake that real courses have.
"""

import json
from xml.etree.ElementTree import Element, SubElement, tostring

from opaque_keys.edx.keys import UsageKey

from console.demo import Demo
from enrollments.demo import DATA_SCIENCE, WRITING, Course, outline
from enrollments.models import CourseEnrollment
from groups.models import CourseBlock, UserCourseTag
from groups.olx.reading import read_course
from groups.olx.store import import_content
from groups.partitions import COHORT, ENROLLMENT_TRACK_ID, RANDOM, Group, Partition

# --- Data Science 101 ------------------------------------------------------------------------

STARTERS, ADVANCED, INDUSTRY = Group(1819362822, "Starters"), Group(259161138, "Advanced"), Group(205150518, "Industry")
DATA_SCIENCE_GROUPS = Partition(
    18587404, "Content Groups", COHORT, "Use this group configuration to control access to content.",
    (STARTERS, ADVANCED, INDUSTRY),
)  # fmt: skip
LAB_ONLINE, LAB_CAMPUS = Group(744120931, "Lab online"), Group(744120932, "Lab on campus")
LABS = Partition(902114455, "Labs", COHORT, "Where learners do the lab.", (LAB_ONLINE, LAB_CAMPUS))
SHORT, LONG = Group(611204118, "Short videos"), Group(1377004521, "Long video")
VIDEO_EXPERIMENT = Partition(
    1200554311, "Video length", RANDOM, "Do short videos help learners to finish?", (SHORT, LONG)
)
PILOT = Partition(
    77120345, "Pilot 2025", COHORT, "Kept for the record.", (Group(501, "Pilot group"), Group(502, "Others")),
    active=False,
)  # fmt: skip
DELETED_GROUP, DELETED_PARTITION = 98765432, 55512345
AUDIT_TRACK, VERIFIED_TRACK = 1, 2

# --- Academic Writing ------------------------------------------------------------------------

ENGLISH, GERMAN = Group(430011, "English"), Group(430012, "Deutsch")
WRITING_GROUPS = Partition(30044001, "Languages", COHORT, "The language of the examples.", (ENGLISH, GERMAN))
ESSAY_A, ESSAY_B = Group(88001, "Model essay first"), Group(88002, "Own essay first")
ESSAY_EXPERIMENT = Partition(88000123, "Essay order", RANDOM, "", (ESSAY_A, ESSAY_B))

SECTIONS = {
    DATA_SCIENCE: ("Data and Questions", "Models", "Doing It Right"),
    WRITING: ("Reading", "Drafting", "Revising"),
}
SUBSECTIONS = {
    DATA_SCIENCE: ("What Is Data?", "Cleaning", "Regression", "Trees and Forests", "Ethics", "Capstone"),
    WRITING: ("Close Reading", "Sources", "Outlines", "Paragraphs", "Style", "Peer Review"),
}
PARTITIONS = {
    DATA_SCIENCE: (DATA_SCIENCE_GROUPS, LABS, VIDEO_EXPERIMENT, PILOT),
    WRITING: (WRITING_GROUPS, ESSAY_EXPERIMENT),
}


def allow(partition: Partition, *groups: Group) -> dict:
    """Return a rule that lets these groups of a partition in."""
    return {str(partition.id): [group.id for group in groups]}


def on_track(*groups: int) -> dict:
    """Return a rule that lets these enrollment modes in."""
    return {str(ENROLLMENT_TRACK_ID): list(groups)}


# A block's rule by the last part of its key.
RULES = {
    DATA_SCIENCE: {
        "ch2": allow(DATA_SCIENCE_GROUPS, STARTERS, ADVANCED),
        "seq4": allow(DATA_SCIENCE_GROUPS, ADVANCED),
        "video8": on_track(VERIFIED_TRACK),
        # Contradicts its subsection: nobody sees it.
        "unit7": allow(DATA_SCIENCE_GROUPS, STARTERS),
        # Nobody sees it either, because one of its groups was deleted.
        "problem3": {str(DATA_SCIENCE_GROUPS.id): [STARTERS.id, DELETED_GROUP]},
        "problem9": {str(DELETED_PARTITION): [1]},
        "unit10": {**allow(DATA_SCIENCE_GROUPS, INDUSTRY), **allow(LABS, LAB_CAMPUS)},
        "video11": allow(PILOT, PILOT.groups[0]),
        "seq6": on_track(VERIFIED_TRACK, 7),
        # An empty list restricts nothing.
        "unit3": {str(DATA_SCIENCE_GROUPS.id): []},
    },
    WRITING: {
        "unit4": allow(WRITING_GROUPS, ENGLISH),
        "unit5": allow(WRITING_GROUPS, GERMAN),
        "seq6": on_track(VERIFIED_TRACK),
    },
}
# Texts beside the outline: unit, name, title, rule.
TEXTS = {
    DATA_SCIENCE: (
        ("unit1", "welcome_starters", "Welcome, Starters", allow(DATA_SCIENCE_GROUPS, STARTERS)),
        ("unit1", "welcome_advanced", "Welcome, Advanced", allow(DATA_SCIENCE_GROUPS, ADVANCED)),
        ("unit1", "welcome_industry", "Welcome, Partners", allow(DATA_SCIENCE_GROUPS, INDUSTRY)),
        ("unit2", "lab_online", "The Lab, Online", allow(LABS, LAB_ONLINE)),
        ("unit2", "lab_campus", "The Lab, on Campus", allow(LABS, LAB_CAMPUS)),
        ("unit12", "notes_for_staff", "Notes for Staff", None),
        ("unit12", "certificate_hint", "How to Get Your Certificate", on_track(AUDIT_TRACK)),
    ),
    WRITING: (
        ("unit1", "glossary_en", "Glossary", allow(WRITING_GROUPS, ENGLISH)),
        ("unit1", "glossary_de", "Glossar", allow(WRITING_GROUPS, GERMAN)),
    ),
}
STAFF_ONLY = {"notes_for_staff"}
# The unit that holds each course's experiment.
EXPERIMENTS = {DATA_SCIENCE: ("unit6", VIDEO_EXPERIMENT), WRITING: ("unit9", ESSAY_EXPERIMENT)}


def load(demo: Demo) -> str:
    """Import the content of both demo courses; returns what was made, in words."""
    for course in PARTITIONS:
        import_content(
            course=read_course(export_files(course)), course_key=course.key, source=f"course.{course.key.course}.tar.gz"
        )
        _draw(demo, course)
    return f"{CourseBlock.objects.count()} blocks of {len(PARTITIONS)} courses"


def _draw(demo, course):
    """Draw most learners into a group of the course's experiment, as the LMS does at a first visit."""
    partition = EXPERIMENTS[course][1]
    enrolled = CourseEnrollment.objects.filter(course_id=course.key).order_by("pk").values_list("user_id", flat=True)
    UserCourseTag.objects.bulk_create(
        UserCourseTag(
            user_id=user,
            course_id=course.key,
            key=UserCourseTag.PARTITION_KEY.format(partition.id),
            value=str(demo.random.choice(partition.groups).id),
        )
        for user in enrolled
        if demo.random.random() < 0.8  # noqa: PLR2004 (the others were never there)
    )


def export_files(course: Course) -> dict[str, bytes]:
    """Return the XML and JSON files of a demo course's OLX export."""
    run = course.key.run
    root = Element("course", display_name=course.name, language="en")
    _add_outline(root, course)
    _add_texts(root, course)
    _add_experiment(root, course)
    for element in root.iter():
        _restrict(element, RULES[course].get(element.get("url_name")))
    policy = {"display_name": course.name, "user_partitions": [part.to_json() for part in PARTITIONS[course]]}
    files = {
        "course/course.xml": f'<course url_name="{run}" org="{course.key.org}" course="{course.key.course}"/>',
        f"course/policies/{run}/policy.json": json.dumps({f"course/{run}": policy}, indent=4, sort_keys=True),
    }
    _add_file(files, root, run)
    return {name: text.encode() for name, text in files.items()}


def _add_outline(root, course):
    """Put the containers and leaves of the outline under `root`."""
    elements = {}
    for unit in outline(course.key):
        parent = root
        for key in (*unit.containers[1:], unit.key):
            if key not in elements:
                elements[key] = SubElement(
                    parent, key.block_type, url_name=key.block_id, display_name=_title(course, key)
                )
            parent = elements[key]


def _title(course, key: UsageKey):
    number = int(key.block_id.lstrip("abcdefghijklmnopqrstuvwxyz"))
    match key.block_type:
        case "chapter":
            return SECTIONS[course][number - 1]
        case "sequential":
            return SUBSECTIONS[course][number - 1]
        case "vertical":
            return f"{SUBSECTIONS[course][(number - 1) // 2]}, Part {(number - 1) % 2 + 1}"
    return {"video": "Watch", "html": "Read", "problem": "Try It"}[key.block_type]


def _add_texts(root, course):
    for unit, name, title, rule in TEXTS[course]:
        text = SubElement(root.find(f".//vertical[@url_name='{unit}']"), "html", url_name=name, display_name=title)
        _restrict(text, rule)
        if name in STAFF_ONLY:
            text.set("visible_to_staff_only", "true")


def _add_experiment(root, course):
    unit, partition = EXPERIMENTS[course]
    test = SubElement(root.find(f".//vertical[@url_name='{unit}']"), "split_test", url_name=f"test_{partition.id}")
    branches = {}
    for group in partition.groups:
        branch = SubElement(test, "vertical", url_name=f"branch_{group.id}", display_name=group.name)
        for kind, title in (("video", "Watch"), ("html", "Read")):
            SubElement(branch, kind, url_name=f"{kind}_{group.id}", display_name=title)
        branches[str(group.id)] = str(course.key.make_usage_key("vertical", f"branch_{group.id}"))
    test.set("display_name", partition.name)
    test.set("user_partition_id", str(partition.id))
    test.set("group_id_to_child", json.dumps(branches))


def _restrict(element, rule):
    if rule is not None:
        element.set("group_access", json.dumps(rule))


def _add_file(files, element, name):
    """Write an element to a file of its own, with pointers to its children, as Studio does."""
    shell = Element(element.tag, {key: value for key, value in element.attrib.items() if key != "url_name"})
    for child in element:
        SubElement(shell, child.tag, url_name=child.get("url_name"))
        _add_file(files, child, child.get("url_name"))
    files[f"course/{element.tag}/{name}.xml"] = tostring(shell, encoding="unicode")
