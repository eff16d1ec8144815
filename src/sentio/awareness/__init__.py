"""See: baselines learned from the cube, detectors, and the degradations they find."""
