"""Tables that are columns already: Parquet and Arrow, looked at before they are unpacked."""
