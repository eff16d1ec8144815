"""Resources of Open APIs that the platform makes of what it knows, one file a source."""
