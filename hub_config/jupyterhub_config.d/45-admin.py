"""What administrators ask the hub."""

from eohub_hub.addresses import install_handlers
from eohub_hub.admin.hub_calls import HANDLERS

install_handlers(c, HANDLERS)
