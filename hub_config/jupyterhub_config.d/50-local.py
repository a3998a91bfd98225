"""Ports, files and secrets of the one-machine stack; nothing elsewhere."""

from eohub_hub.local.hub import install_local

install_local(c, settings)
