"""One file that holds a whole EOHub of one machine, and the way back."""
