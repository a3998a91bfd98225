"""What a notebook has of cubes: search, open, estimate, explore, and make a virtual cube."""
