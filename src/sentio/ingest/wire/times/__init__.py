"""Times as sources write them: one, or a whole column; and the clock of a log."""
