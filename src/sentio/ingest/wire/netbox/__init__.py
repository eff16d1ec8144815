"""The objects of a NetBox inventory, and the network they describe."""
