"""Make what a server needs on disk before it starts, and take away what it leaves behind."""

import os
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.isolation.network import NetworkTool, names_file
from eohub_hub.isolation.network_probe import RESOLVER
from eohub_hub.isolation.probe import NAMES_FILE
from eohub_hub.isolation.walls import Folders
from eohub_hub.spawner.aws_config import aws_config_text
from eohub_hub.spawner.home import (
    account_files,
    folder_name,
    private_folder,
    remove_folder,
    replace_file,
    server_key,
)
from eohub_hub.spawner.settings import Site


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """Where one server of one person has its files."""

    site: Site
    user_name: str
    server_name: str

    @property
    def key(self) -> str:
        """The server's name among all servers of the machine."""
        return server_key(self.user_name, self.server_name)

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.site.settings.logs / f"{self.key}.log"

    def folders(self, environment: str) -> Folders:
        """The server's folders for an environment of the policy; raises KeyError for one that has no
        folder."""
        settings = self.site.settings
        own = settings.servers / self.key
        return Folders(
            state=settings.state,
            environment=settings.environments[environment],
            home=settings.homes / folder_name(self.user_name),
            temporary=own / "tmp",
            facts=own / "facts",
        )

    def prepare(self, folders: Folders, number: int) -> None:
        """Make the folders and the generated files; raises Conflict or OSError."""
        uid = self.site.walls.uid(self.site.isolation.mode, number)
        self.remove()
        private_folder(self.site.settings.servers / "root")
        private_folder(self.site.settings.logs)
        private_folder(folders.facts, mode=0o755)
        private_folder(folders.home, uid)
        private_folder(folders.temporary, uid)
        account_files(folders.facts, self.user_name, os.getuid() if uid is None else uid, folders.home)
        keys = str(folders.environment / "bin" / "eohub-credentials")
        text = aws_config_text(self.site.settings.s3_url, self.site.settings.s3_region, keys)
        replace_file(folders.facts / "aws-config", text)
        network = self.site.isolation.network
        if isinstance(network, NetworkTool) and network.forwards_names:
            replace_file(folders.facts / NAMES_FILE, names_file(RESOLVER.read_text(errors="replace")))

    def remove(self) -> None:
        """Take away the server's temporary and generated files; the home folder and the log stay."""
        remove_folder(self.site.settings.servers / self.key)
