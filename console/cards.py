"""Cards of the home page, contributed by the domain apps."""

from collections.abc import Callable
from dataclasses import dataclass

from console.platform import PlatformModel, features


@dataclass(frozen=True)
class Card:
    """A card: a template and the function that fills it.

    Attributes:
        template: the card's inside; gets what `context` returns.
        context: called with the viewer; returning None leaves the card out.
        order: position on the page.
        needs: platform models without whose tables the card is left out.
    """

    template: str
    context: Callable[[object], dict | None]
    order: int
    needs: tuple[type[PlatformModel], ...] = ()


_cards: list[Card] = []


def register(card: Card) -> None:
    """Add a card to the home page (from `AppConfig.ready`)."""
    _cards.append(card)


def cards_for(viewer) -> list[dict]:
    """Return template and context of every card that the viewer is to see."""
    shown = (card for card in sorted(_cards, key=lambda card: card.order) if features.has(*card.needs))
    filled = ((card, card.context(viewer)) for card in shown)
    return [{"template": card.template, **context} for card, context in filled if context is not None]
