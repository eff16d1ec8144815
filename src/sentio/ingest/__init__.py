"""From bytes of any origin to canonical, checked, pseudonymous columns."""
