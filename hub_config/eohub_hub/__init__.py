"""What turns settings into a configured JupyterHub, and the stack of one machine around it."""
