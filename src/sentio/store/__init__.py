"""Columns at rest: facts by day, the mergeable cube, what was rejected, and the queries."""
