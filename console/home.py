"""The home page: search first, then what needs attention."""

from django.views.generic import TemplateView

from console import cards, learners
from console.rules import Permission
from console.views import StaffViewMixin


class HomeView(StaffViewMixin, TemplateView):
    """`/`: the search, the learners opened last, and the domain apps' cards."""

    permission_required = Permission.USE_CONSOLE
    template_name = "console/home.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        sees_learners = user.has_perm(Permission.VIEW_LEARNERS)
        return super().get_context_data(
            sees_learners=sees_learners,
            recent=learners.recent(user) if sees_learners else [],
            cards=cards.cards_for(user),
            **kwargs,
        )
