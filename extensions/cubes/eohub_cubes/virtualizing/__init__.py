"""Virtual cubes: netCDF files are read for where their values lie, and icechunk keeps that."""
