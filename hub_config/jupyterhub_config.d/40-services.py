"""What runs beside the hub."""

from eohub_hub.local.services import install_local_services

install_local_services(c, settings)
