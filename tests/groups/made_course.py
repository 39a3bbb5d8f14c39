"""A course run with content, made piece by piece: partitions, blocks, cohorts and learner groups."""

from django.utils import timezone
from opaque_keys.edx.keys import CourseKey

from groups.access import course as facts
from groups.access import explain, merge, sets
from groups.models import (
    CohortContentGroup,
    CourseBlock,
    CourseCohortsSettings,
    CourseContent,
    CourseTeam,
    CourseTeamMembership,
    CourseUserGroup,
    GroupMember,
    LearnerGroup,
    LearnerGroupLink,
    PartitionGroup,
    UserCourseTag,
    UserPartition,
)
from tests import factories

KEY = CourseKey.from_string("course-v1:MineX+M1+2026")
DEPTHS = {"course": 0, "chapter": 1, "sequential": 2, "vertical": 3}


class MadeCourse:
    """A run whose content was imported two days ago; cohorts are on unless `is_cohorted` is None or False."""

    def __init__(self, key=KEY, *, is_cohorted=True, **content):
        self.key = key
        imported = {"imported_at": factories.days_ago(2), "display_name": "Mining 1", **content}
        self.content = CourseContent.objects.create(course_id=key, **imported)
        if is_cohorted is not None:
            CourseCohortsSettings.objects.create(course_id=key, is_cohorted=is_cohorted)
        self.root = self.block("Mining 1", None, "course")

    def partition(self, number, name="Content Groups", *, groups=(), scheme="cohort", active=True):
        """Add a partition; `groups` are names by id."""
        row = UserPartition.objects.create(
            course=self.content, partition_id=number, name=name, scheme=scheme, active=active, position=number
        )
        for place, (group, group_name) in enumerate(dict(groups).items()):
            PartitionGroup.objects.create(partition=row, group_id=group, name=group_name, position=place)
        return row

    def block(self, name, parent="root", block_type="problem", rule=None, **more):
        """Add a block at the end of the course; `rule` has numbers as keys, and is stored as JSON has it."""
        parent = self.root if parent == "root" else parent
        block_id = name.lower().replace(" ", "-")
        return CourseBlock.objects.create(
            course=self.content,
            usage_key=self.key.make_usage_key(block_type, block_id),
            block_type=block_type,
            display_name=name,
            parent=parent,
            position=CourseBlock.objects.filter(course=self.content).count(),
            depth=0 if parent is None else parent.depth + 1,
            group_access=rule and {str(partition): groups for partition, groups in rule.items()},
            **more,
        )

    def path(self, name, rule=None, **more):
        """Add a section with a subsection and a unit; return the three. `rule` is the section's."""
        section = self.block(f"Section {name}", block_type="chapter", rule=rule, **more)
        subsection = self.block(f"Subsection {name}", section, "sequential")
        return section, subsection, self.block(f"Unit {name}", subsection, "vertical")

    def cohort(self, name, *members, link=None, automatic=False):
        """Add a cohort with members; `link` is (partition id, group id)."""
        cohort = factories.CohortFactory(
            name=name, course_id=self.key, assignment_type="random" if automatic else "manual"
        )
        for member in members:
            factories.join_cohort(cohort, member)
        if link:
            now = timezone.now()
            CohortContentGroup.objects.create(
                course_user_group=cohort, partition_id=link[0], group_id=link[1], created_at=now, updated_at=now
            )
        return cohort

    def learner_group(self, name, *members, links=()):
        """Add a learner group with members and links."""
        named = CourseUserGroup.objects.create(name=name, course_id=self.key, group_type="groups")
        group = LearnerGroup.objects.create(
            course_user_group=named, created=timezone.now(), created_by=factories.LearnerFactory()
        )
        for member in members:
            GroupMember.objects.create(courseusergroup=named, user=member)
        for partition, number in links:
            LearnerGroupLink.objects.create(
                group=group, partition_id=partition, group_id_in_partition=number, created=timezone.now()
            )
        return group

    def team(self, name, *members, team_set="set"):
        """Add a team with members."""
        now = timezone.now()
        team = CourseTeam.objects.create(
            team_id=name, discussion_topic_id=name, name=name, course_id=self.key, topic_id=team_set,
            date_created=now, last_activity_at=now,
        )  # fmt: skip
        for member in members:
            CourseTeamMembership.objects.create(user=member, team=team, date_joined=now, last_activity_at=now)
        return team

    def draw(self, learner, partition, value):
        """Store the group of an experiment that the LMS drew for a learner."""
        key = UserCourseTag.PARTITION_KEY.format(partition)
        return UserCourseTag.objects.create(user=learner, course_id=self.key, key=key, value=str(value))

    # --- Asking ------------------------------------------------------------------------------

    def facts(self):
        return facts.load_one(self.key)

    def sets_of(self, learner):
        return sets.for_one(self.facts(), learner.pk)

    def explain(self, learner):
        """Return the explanation for a learner, or for sets."""
        course = self.facts()
        who = learner if isinstance(learner, sets.LearnerSets) else sets.for_one(course, learner.pk)
        return explain.explain(course, merge.load_tree(course), who)

    def verdict(self, learner, block):
        """Return the explanation and the verdict about one block."""
        explanation = self.explain(learner)
        return explanation, next(one for one in explanation.verdicts if one.node.pk == block.pk)

    def sees(self, learner, block):
        return self.verdict(learner, block)[1].visible

    def reason(self, learner, block):
        explanation, verdict = self.verdict(learner, block)
        return explanation.reason(verdict)
