"""The command line: one file a verb, found by offering ``register(app)``."""
