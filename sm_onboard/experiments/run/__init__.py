"""The page of one run: all that was recorded of it, its files, and its tags and note."""
