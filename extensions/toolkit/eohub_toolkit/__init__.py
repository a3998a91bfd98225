"""What EOHub's features share, and nothing of what they do."""
