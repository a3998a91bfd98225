"""The lifetime service: runs beside the hub, warns people of the end of their servers, and ends them."""
