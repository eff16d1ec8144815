"""What the pages of the user interface read: one router a page."""
