"""The environments of people's servers on this machine: which there are, made when asked for, tried before
they are offered."""
