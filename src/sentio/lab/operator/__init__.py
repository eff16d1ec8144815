"""What a simulated operator of a city consists of: places, transport, core, customers, things."""
