"""The half in the user's server: `eohub-credentials` for AWS SDKs, and keys for obstore."""
