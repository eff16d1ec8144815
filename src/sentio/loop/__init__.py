"""Wires the floors together: the record path here, the stages of the loop later; nothing else."""
