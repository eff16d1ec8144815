"""What the operator's own systems tell of its state: measurements, events, topology."""
