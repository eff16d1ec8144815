"""Nobody carries orders out: they are kept and shown, for people and programs that ask."""

from __future__ import annotations

from sentio.model.collection import CollectionOrder


class Nobody:
    """Takes every order and does nothing."""

    def order(self, order: CollectionOrder) -> None:
        """Begin nothing."""

    def revoke(self, order: CollectionOrder) -> None:
        """End nothing."""
