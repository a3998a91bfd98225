"""Whether the hub can use what it is told: its settings and the policy, looked at before it starts."""

from collections.abc import Mapping

from eohub_hub.local.environments.manifest import load_manifest
from eohub_hub.local.errors import BrokenState
from eohub_hub.local.hub_process import hub_variables
from eohub_hub.local.ports import Ports
from eohub_hub.local.services import Addresses
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT
from eohub_hub.settings import HubSettings
from eohub_hub.spawner.policy_watch import unknown_environments
from eohub_profiles.catalog import load as load_policy
from eohub_profiles.faults import PolicyError
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import SettingsError, load


def hub_setting_faults(environ: Mapping[str, str], state: StateFolder) -> list[EohubError]:
    """Every fault of the settings that the hub would get from `environ`, and of the policy they name."""
    try:
        # Ports are numbers that we choose ourselves: whether a setting is right does not depend on them.
        settings = load(HubSettings, hub_variables(environ, state, Addresses(Ports())))
    except SettingsError as error:
        return [error]
    return [*_secret_faults(settings, state), *_policy_faults(settings)]


def _secret_faults(settings: HubSettings, state: StateFolder) -> list[EohubError]:
    path = settings.client_secret_file
    if path.is_relative_to(state.secrets):
        # The next start makes what is missing there.
        return []
    try:
        if path.read_text("utf-8").strip():
            return []
        reason = "is empty"
    except (OSError, ValueError) as error:
        reason = f"cannot be read ({getattr(error, 'strerror', None) or 'not text'})"
    return [BrokenState(f"{path} {reason}.", hint="EOHUB_HUB_CLIENT_SECRET_FILE names it.")]


def _policy_faults(settings: HubSettings) -> list[EohubError]:
    folder = settings.policy_folder
    try:
        faults = tuple(unknown_environments(load_policy(folder), load_manifest(PROJECT / "kernels").ids))
    except PolicyError as error:
        faults = error.faults
    more = f" `eohub doctor` lists all {len(faults)} faults." if len(faults) > 1 else ""
    return [BrokenState(f"{folder}/{fault}.", hint=f"Mend it.{more}") for fault in faults]
