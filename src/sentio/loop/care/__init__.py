"""Service assurance and care: service problems, planned works, silent sufferers, one subject."""
