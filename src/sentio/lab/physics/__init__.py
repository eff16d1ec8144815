"""What the operator gives its customers: loads, queues, radio, loss, delay."""
