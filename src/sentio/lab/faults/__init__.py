"""What goes wrong in the simulated operator, what only looks so, and the exact truth of both."""
