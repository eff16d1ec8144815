"""One file a service model; each offers one constant SERVICE. No-code models are TOML definitions."""
