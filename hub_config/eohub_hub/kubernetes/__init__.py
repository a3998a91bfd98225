"""Users' servers as pods of a Kubernetes cluster, behind the same plans as on one machine."""
