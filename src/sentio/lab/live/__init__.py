"""The simulated operator at work beside a Sentio: it sends as time passes, and can be steered."""
