"""Autonomous domains: each with intents and a loop of its own, and what looks after all of them."""
