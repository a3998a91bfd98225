"""Find Earth observation and climate data, and serve them as a STAC API."""
