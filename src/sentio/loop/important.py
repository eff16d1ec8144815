"""Which customers the business calls important: a condition on their attributes."""

from __future__ import annotations

IMPORTANT = ("important", "vip", "is_important", "is_vip")  # attributes of a customer
YES = ("yes", "true", "1", "y")

_TOLD = " OR ".join(
    f"lower(json_extract_string(attributes, '$.{name}')) IN {YES}" for name in IMPORTANT
)
IS_IMPORTANT = f"coalesce({_TOLD}, false)"
"""The condition, in SQL over ``customer``."""
