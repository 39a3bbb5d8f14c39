"""Pages of access: a learner's groups, what they see of a course run, and a course run through anybody's eyes."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from console.learner_views import LearnerPageMixin
from console.rules import Permission as ConsolePermission
from console.tables import PagedList
from console.views import TablePageMixin
from enrollments.models import CourseOverview
from groups import course_page
from groups.access import course, merge, personas, sets
from groups.access.explain import Explanation, explain
from groups.access.filters import BlockFilter, LearnerCourseFilter
from groups.access.membership import courses_of, describe
from groups.access.personas import Persona, PersonaError
from groups.access.tables import BlockTable, LearnerCourseTable
from groups.rules import Permission

# With more sections than these, their numbers are folded away.
OPEN_SECTIONS = 12


class ExplanationMixin(TablePageMixin):
    """A page around the explanation of one course run for one persona."""

    table_class = BlockTable
    shows = sets.OPTIONAL
    title = "Blocks"
    empty_title = "No blocks"
    empty_text = "The imported content of this course run has no blocks."

    @cached_property
    def now(self):
        return timezone.now()

    @cached_property
    def facts(self):
        return course.load_one(self.kwargs["course_key"])

    @cached_property
    def tree(self):
        return merge.load_tree(self.facts)

    @cached_property
    def persona(self) -> Persona:
        """Whose eyes these are."""
        raise NotImplementedError

    @cached_property
    def explanation(self) -> Explanation:
        return explain(self.facts, self.tree, self.persona.sets, self.persona.called)

    @cached_property
    def other(self) -> Explanation | None:
        """The explanation that this one is compared with."""
        return None

    @cached_property
    def other_by_block(self):
        return self.other and {verdict.node.pk: verdict for verdict in self.other.verdicts}

    @cached_property
    def filter(self) -> BlockFilter:
        return BlockFilter(self.request.GET, self.explanation, self.now, self.other and self.is_changed)

    def is_changed(self, verdict) -> bool:
        """Say whether the persona compared with gets another answer."""
        return verdict.visible is not self.other_by_block[verdict.node.pk].visible

    def get_table_data(self):
        return self.filter.rows()

    def get_table_kwargs(self):
        filtered = any(self.request.GET.get(name) for name in ("q", "show"))
        return {
            "explanation": self.explanation,
            "now": self.now,
            "with_path": filtered,
            "compared": self.other_by_block,
        }

    def is_refused(self, context):
        return super().is_refused(context) or not self.filter.form.is_valid()

    def kept(self) -> dict:
        """Return the parameters that say whose eyes these are; a filter keeps them."""
        return {}

    def get_context_data(self, **kwargs):
        kept = self.kept()
        context = super().get_context_data(
            filter=self.filter, kept=kept, clear_href=f"{self.request.path}?{urlencode(kept)}", **kwargs
        )
        return context if self.wants_fragment() else context | self.summary()

    def summary(self) -> dict:
        """Return what stands above the table."""
        sections = self.explanation.sections()
        return {
            "facts": self.facts,
            "persona": self.persona,
            "described": describe(self.facts, self.persona.sets),
            "visible": self.explanation.visible,
            "total": len(self.explanation.verdicts),
            "differing": sum(verdict.engines_differ for verdict in self.explanation.verdicts),
            "sections": sections,
            "sections_open": len(sections) <= OPEN_SECTIONS,
        }

    def export_name(self):
        return f"access {self.kwargs['course_key']} {self.persona.name}".lower()


class LearnerGroupsView(LearnerPageMixin, TablePageMixin, TemplateView):
    """`/learners/<username>/groups/`: the learner's course runs, with what they are in there."""

    permission_required = (ConsolePermission.VIEW_LEARNERS, Permission.EXPLAIN)
    tab = "groups"
    title = "Groups"
    table_class = LearnerCourseTable
    shows = sets.OPTIONAL
    empty_title = "No course runs"
    empty_text = "This learner was never enrolled in a course run, and is in no cohort or learner group."

    @cached_property
    def filter(self):
        return LearnerCourseFilter(self.request.GET)

    def get_table_data(self):
        return PagedList(self.filter.rows(courses_of(self.learner)))

    def get_table_kwargs(self):
        return {"learner": self.learner}

    def is_refused(self, context):
        return super().is_refused(context) or not self.filter.form.is_valid()

    def get_context_data(self, **kwargs):
        return super().get_context_data(filter=self.filter, **kwargs)

    def export_name(self):
        return f"groups {self.learner.get_username()}"


class LearnerCourseView(LearnerPageMixin, ExplanationMixin, TemplateView):
    """`/learners/<username>/groups/<course key>/`: what the learner sees of this run, and why."""

    permission_required = (ConsolePermission.VIEW_LEARNERS, Permission.EXPLAIN)
    template_name = "groups/access/learner_course.html"
    tab = "groups"

    @cached_property
    def persona(self):
        return Persona("The learner", self.sets_of_learner(), learner=self.learner)

    def sets_of_learner(self):
        """Return the learner's sets. A run that nobody has heard of is 404."""
        learner = personas.for_one(self.facts, self.learner.pk)
        if not (learner.mode or learner.cohort or learner.learner_groups or self.facts.content or self.overview):
            raise Http404
        return learner

    @cached_property
    def overview(self):
        return CourseOverview.objects.filter(pk=self.kwargs["course_key"]).only("display_name").first()

    def summary(self):
        key = self.kwargs["course_key"]
        name = (self.overview and self.overview.display_name) or str(key)
        may_manage = self.request.user.has_perm(Permission.MANAGE, key)
        return super().summary() | {"course_key": key, "course_name": name, "may_manage": may_manage}

    def export_name(self):
        return f"access {self.kwargs['course_key']} {self.learner.get_username()}"


class ContentView(course_page.CoursePageMixin, ExplanationMixin, TemplateView):
    """`/groups/<course key>/content/`: the run's blocks as a learner, or somebody in some groups, sees them.

    `?learner=` a username; `?view_as=` chosen groups; `?compare=` groups to compare with. Nothing
    is written: neither for the learner, nor for the viewer.
    """

    template_name = "groups/access/content.html"
    tab = "content"
    error = None

    def get(self, request, *args, **kwargs):
        address = self.canonical()
        return redirect(address) if address else super().get(request, *args, **kwargs)

    def canonical(self):
        """Return the address with one `view_as` for several lists of a form; None when there is one."""
        query = self.request.GET.copy()
        several = [name for name in ("view_as", "compare") if len(query.getlist(name)) > 1]
        for name in several:
            query[name] = ",".join(filter(None, query.getlist(name)))
        return f"{self.request.path}?{query.urlencode()}" if several else None

    @cached_property
    def persona(self):
        username = self.request.GET.get("learner", "").strip()
        try:
            if username:
                return personas.of_learner(self.facts, username)
            return personas.of_choice(self.facts, self.request.GET.getlist("view_as"))
        except PersonaError as error:
            self.error = str(error)
            return personas.of_choice(self.facts, [])

    @cached_property
    def other_persona(self):
        if "compare" not in self.request.GET:
            return None
        try:
            return personas.of_choice(self.facts, self.request.GET.getlist("compare"))
        except PersonaError as error:
            self.error = str(error)
            return None

    @cached_property
    def other(self):
        return self.other_persona and explain(self.facts, self.tree, self.other_persona.sets)

    def kept(self):
        return {name: self.request.GET[name] for name in ("learner", "view_as", "compare") if name in self.request.GET}

    def summary(self):
        other = self.other_persona
        return super().summary() | {
            "error": self.error,
            "options": personas.options(self.facts, self.persona.choice),
            "compare_options": personas.options(self.facts, other.choice if other else {}),
            "other_persona": other,
            "changed": sum(map(self.is_changed, self.explanation.verdicts)) if other else 0,
        }
