"""What a person imports in a notebook."""
