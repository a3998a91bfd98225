"""The stack of one machine: everything that a cluster would give, started by one command."""
