"""What every floor needs and nobody owns: errors, plug-in register, time, settings, log."""
