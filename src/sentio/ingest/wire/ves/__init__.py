"""Events of ONAP VES: what happened, and what was measured."""
