"""Incidents as people work on them: the list, and all that is known of one."""
