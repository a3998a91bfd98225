"""Objects and ranges of them, from S3, HTTP and files, with keys that are renewed beneath a read."""
