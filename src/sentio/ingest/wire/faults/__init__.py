"""Fault notifications and alarm records of 3GPP management services."""
