"""What you can start."""

from eohub_hub.local.spawner import install_local_spawner

install_local_spawner(c, settings, audit)

if settings.state_folder is None:
    from eohub_hub.kubernetes.install import install_kubernetes  # KubeSpawner is only there on a cluster

    install_kubernetes(c, settings, audit)
