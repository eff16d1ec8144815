"""Which alarm triggers which: learned from alarm logs, and used to tell roots from symptoms."""
