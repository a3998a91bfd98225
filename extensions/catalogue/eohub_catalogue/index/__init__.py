"""The store of STAC documents that both halves share: kept, found and read, with neither HTTP nor Jupyter."""
