"""The kinds of data: each opens its metadata as an xarray dataset, and tells how its values are stored."""
