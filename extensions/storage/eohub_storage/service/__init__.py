"""The storage service: runs beside the hub and exchanges a hub token for S3 keys."""
