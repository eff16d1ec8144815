"""The interfaces by which the simulated operator lets others act: standards, over HTTP."""
