"""When a person's server ends: what counts as activity, the warning, and the stop."""
