"""One published formula a file, for the services that share it; columns in, columns out."""
