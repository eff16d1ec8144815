"""What customers do with the operator, and how it went: one file a family of services."""
