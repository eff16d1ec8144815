"""How a use felt: service models, scoring with drivers, confidence, perception."""
