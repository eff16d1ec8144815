"""What every floor needs and nobody owns: errors, units, the plug-in register, time, settings, log."""
