"""One file a service model, each offering one constant SERVICE; no-code models are TOML."""
