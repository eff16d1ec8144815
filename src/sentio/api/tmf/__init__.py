"""TM Forum Open APIs (TMF630): one engine, told by tables which APIs it serves."""
