"""Drive tests: the seconds of a phone on its way, and windows of them."""
