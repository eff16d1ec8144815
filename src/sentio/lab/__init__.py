"""The simulated operator: telemetry in real wire formats, with faults whose truth is known."""
