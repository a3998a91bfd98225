"""Tells the local spawner where this machine's folders, services and policy are."""

from typing import Any

from eohub_hub.audit.event import Audit
from eohub_hub.local.environments.here import on_demand
from eohub_hub.local.environments.manifest import load_manifest
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT
from eohub_hub.people.registry import People
from eohub_hub.settings import HubSettings
from eohub_hub.spawner.install import install_spawner
from eohub_hub.spawner.policy_watch import watch_policy
from eohub_hub.spawner.settings import Catalogue, SpawnerSettings

_CATALOGUE = "eohub"
LIFETIME = "lifetime"
"""The service that ends servers, where this hub has it."""


def install_local_spawner(c: Any, settings: HubSettings, audit: Audit) -> None:
    """Have people's servers run on this machine; does nothing where there is no state folder.

    Raises PolicyError with every fault of the policy's files.
    """
    if settings.state_folder is None:
        return
    known = spawner_settings(settings, StateFolder(settings.state_folder))
    install_spawner(c, known, watch_policy(settings.policy_folder, known.environments, audit), audit)


def spawner_settings(settings: HubSettings, state: StateFolder) -> SpawnerSettings:
    """What the spawner is told; opens the registry of persons."""
    manifest = load_manifest(PROJECT / "kernels")
    return SpawnerSettings(
        state=state.root,
        instance=state.instance,
        environments={identifier: state.environments / identifier for identifier in manifest.ids},
        software=on_demand(state, manifest),
        people=People.open(settings.people_database_url),
        s3_url=settings.s3_url,
        s3_region=settings.s3_region,
        storage_url=settings.storage_url,
        lifetime_url=settings.lifetime_url,
        ends_servers=LIFETIME in settings.managed_services,
        catalogues=(Catalogue(_CATALOGUE, settings.catalogue_title, settings.catalogue_url),),
    )
