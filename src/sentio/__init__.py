"""Sentio: how every user and every thing really experiences every service."""

__version__ = "0.1.0"
