"""Users' servers on one machine: the form, the decision, the process."""
