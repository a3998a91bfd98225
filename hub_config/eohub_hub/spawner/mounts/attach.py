"""From the mounts of a plan to folders that a server sees, and back to nothing; blocks, for a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.walls import Folders
from eohub_hub.spawner.files import ServerFiles
from eohub_hub.spawner.home import private_folder
from eohub_hub.spawner.mounts.order import STATUS_FILE, MountState, write_status
from eohub_hub.spawner.mounts.server import ServerMounts, access_of, obstacle_in_home
from eohub_hub.spawner.mounts.tool import MountTool
from eohub_hub.spawner.settings import Site
from eohub_profiles.decision import MountPlan
from eohub_toolkit.errors import EohubError

MARKS = ("EOHUB_STORAGE_URL", "JUPYTERHUB_API_TOKEN", "EOHUB_INSTANCE", "EOHUB_SERVER")
"""What a keeper is given of a server's variables: whose keys it asks for, and to which server it belongs."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The folders as the server is shown them, and a line for each mount that says how it went."""

    folders: Folders
    lines: tuple[str, ...] = ()


def attach(
    files: ServerFiles,
    folders: Folders,
    plans: Sequence[MountPlan],
    number: int,
    variables: Mapping[str, str],
) -> Attached:
    """Mount `plans` for a server that is about to start; a mount that cannot be made stops no server."""
    if not plans:
        return Attached(folders)
    site = files.site
    tool = site.mount_tool
    obstacle = tool if isinstance(tool, str) else obstacle_in_home(folders.home, root_of(site, files.key))
    if obstacle is None and not isinstance(tool, str):
        try:
            return _mounted(ServerMounts(tool, place_of(site, files.key), folders.facts / STATUS_FILE),
                            files, folders, plans, number, variables)  # fmt: skip
        except (OSError, EohubError) as error:
            obstacle = str(getattr(error, "strerror", None) or error)
    states = [MountState(plan.name, plan.title, "failed", obstacle or "") for plan in plans]
    write_status(folders.facts / STATUS_FILE, states)
    return Attached(folders, tuple(_line(state, plan) for state, plan in zip(states, plans, strict=True)))


def release(site: Site, key: str) -> None:
    """Write what a server has not yet written to S3, and take its mounts away."""
    folder = place_of(site, key)
    if isinstance(site.mount_tool, MountTool) and folder.is_dir():
        ServerMounts(site.mount_tool, folder, site.settings.servers / key / "facts" / STATUS_FILE).stop()


def place_of(site: Site, key: str) -> Path:
    """Where the mounts of a server lie; apart from what is removed when it ends."""
    return site.settings.state / "mounts" / key


def root_of(site: Site, key: str) -> Path:
    """The folder that a server sees as ~/data."""
    return place_of(site, key) / "data"


def _mounted(
    mounts: ServerMounts,
    files: ServerFiles,
    folders: Folders,
    plans: Sequence[MountPlan],
    number: int,
    variables: Mapping[str, str],
) -> Attached:
    site, settings = files.site, files.site.settings
    mode = site.isolation.mode
    uid = site.walls.uid(mode, number)
    mounts.prepare(plans, settings.s3_url, settings.s3_region)
    if mode is Mode.SINGLE:
        link = folders.home / "data"
        if not link.is_symlink():
            if link.is_dir():
                link.rmdir()
            link.symlink_to(mounts.root)
        shown = folders
    else:
        private_folder(folders.home / "data", uid)
        shown = replace(folders, data=mounts.root)
    marks = {name: variables[name] for name in MARKS if name in variables}
    environment = mounts.environment(settings.s3_url, settings.s3_region, marks)
    order = mounts.order(plans, access_of(mode, uid), environment, shared=mode is Mode.ACCOUNTS)
    states = {state.name: state for state in mounts.start(order)}
    failed = MountState("", "", "failed", "It did not answer in time.")
    return Attached(shown, tuple(_line(states.get(plan.name, failed), plan) for plan in plans))


def _line(state: MountState, plan: MountPlan) -> str:
    if state.state == "mounted":
        return f"Mounted {plan.title} as ~/data/{plan.name}{' (read only)' if plan.read_only else ''}"
    return f"Not mounted: {plan.title}. {state.detail} It is s3://{plan.bucket}/{plan.prefix}".rstrip()
