"""Data cubes: know their size, open them lazily and look at a slice."""
