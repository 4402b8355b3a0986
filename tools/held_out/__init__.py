"""The parts of tools/held-out."""
