"""Short-lived S3 keys for the person whose server asks, and for nobody else."""
