"""How many plans still run, whatever they are about."""

from django.apps import apps

from console.plans.models import Plan, PlanState
from console.platform import database


def unfinished() -> int:
    """Return how many confirmed plans, of all kinds, have not ended; a kind without its table has none."""
    kinds = [model for model in apps.get_models() if issubclass(model, Plan)]
    there = [model for model in kinds if model._meta.db_table in database.tables()]
    states = (PlanState.RUNNING, PlanState.PAUSED)
    return sum(model.objects.filter(state__in=states).count() for model in there)
