"""What formats lean on: how bytes become text, records, items, times and, in the end, pieces."""
