"""Real climate data for a first start: cubes on S3 and their STAC, written by the users' Python."""
