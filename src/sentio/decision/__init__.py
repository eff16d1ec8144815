"""Choose: which action is worth taking, and whether it may be taken."""
