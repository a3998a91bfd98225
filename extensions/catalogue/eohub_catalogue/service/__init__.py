"""The STAC API that runs beside the hub, on a store of its own."""
