"""Each file changes the tables from the release before it, and can take the change back."""
