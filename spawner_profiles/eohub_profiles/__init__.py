"""EOHub's policy room: who may start what, what it costs, and why not. No clock, network or environment."""
