"""What the hub is told anywhere."""

from eohub_hub.hub import install_hub

install_hub(c, settings)
