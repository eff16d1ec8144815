"""HTTP: push records and know that they are kept; ask after sources and rejected rows."""
