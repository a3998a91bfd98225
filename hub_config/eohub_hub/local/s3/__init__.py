"""S3 of the one-machine stack: SeaweedFS with every inner port closed, and an STS that trusts our issuer."""

from eohub_hub.local.s3.admin import AdminKeys, ensure_buckets, read_admin_keys, wait_until_ready
from eohub_hub.local.s3.options import S3Options, S3Ports, service_command
from eohub_hub.local.s3.prepare import Launch, prepare

__all__ = [
    "AdminKeys",
    "Launch",
    "S3Options",
    "S3Ports",
    "ensure_buckets",
    "prepare",
    "read_admin_keys",
    "service_command",
    "wait_until_ready",
]
