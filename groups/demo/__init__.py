"""A made-up site: what `load_demo` makes of groups. Each part has a module of its own."""

from console.demo import Demo
from groups.demo import access, cohorts, content, learner_groups, teams

PARTS = (content, cohorts, access, learner_groups, teams)


def load(demo: Demo) -> str:
    """Make content, cohorts, learner groups and teams; returns what was made, in words.

    Needs the people of `console.demo` and the course runs of `enrollments.demo`.
    """
    return ", ".join(part.load(demo) for part in PARTS)
