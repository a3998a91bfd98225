"""What you can start."""

from eohub_hub.local.spawner import install_local_spawner

install_local_spawner(c, settings, audit)
