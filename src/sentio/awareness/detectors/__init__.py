"""Detectors, one file each: `DETECTOR` sees what leaves its usual course."""
