"""Files that others have trained: which can be used here, where they lie, and how they are fetched."""
