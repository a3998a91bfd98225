"""What happened and who did it: an append-only log whose lines are chained by hashes."""
