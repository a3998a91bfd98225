"""The services of the one-machine stack: identity, S3, storage and catalogue, each with its own settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eohub_hub.access import ADMIN_PAGES
from eohub_hub.local.ports import LOOPBACK, Ports, recall
from eohub_hub.local.processes import MARK
from eohub_hub.local.s3.options import ROLE_ARN, S3Options, S3Ports, service_command
from eohub_hub.local.secret_store import Secret, read_secret
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import Tools, find_tools
from eohub_hub.services import ManagedService, install_services
from eohub_hub.settings import HubSettings

NAME_CLAIM = "preferred_username"
"""The claim by which S3 knows a person: the embedded provider's user names are the hub's."""


@dataclass(frozen=True)
class Addresses:
    """Where the parts meet on this machine; URLs without a slash at the end."""

    ports: Ports

    @property
    def public(self) -> str:
        """What people type into their browser."""
        return _at(self.ports.public)

    @property
    def issuer(self) -> str:
        """The identity provider."""
        return _at(self.ports.identity)

    @property
    def s3(self) -> str:
        """The S3 endpoint, which also answers STS."""
        return _at(self.ports.s3)

    @property
    def storage(self) -> str:
        """The storage service."""
        return f"{_at(self.ports.storage)}/services/storage"

    @property
    def lifetime(self) -> str:
        """The lifetime service."""
        return f"{_at(self.ports.lifetime)}/services/lifetime"

    @property
    def catalogue(self) -> str:
        """The STAC API of the catalogue service."""
        return f"{_at(self.ports.catalogue)}/services/catalogue"


def install_local_services(c: Any, settings: HubSettings) -> None:
    """Have the hub start this machine's services; does nothing where there is no state folder."""
    if settings.state_folder is None:
        return
    state = StateFolder(settings.state_folder)
    ports = Ports(**recall(state.ports))
    install_services(c, local_services(state, ports, find_tools(), settings))
    # Their tokens are 32 random bytes, which many rounds of hashing protect no better. JupyterHub would spend
    # 16,384 rounds, ten milliseconds, on each of their requests.
    c.JupyterHub.trust_user_provided_tokens = True


def local_services(
    state: StateFolder, ports: Ports, tools: Tools, settings: HubSettings
) -> list[ManagedService]:
    """All services in the order in which they can use each other; raises BrokenState, OSError."""
    at = Addresses(ports)
    mark = {MARK: state.instance}
    return [
        ManagedService(
            name="identity",
            command=[str(tools.node), str(tools.identity)],
            environment=mark | _identity(state, at, settings.client_id),
        ),
        ManagedService(
            name="s3", command=service_command(s3_options(state, ports, settings.client_id)), environment=mark
        ),
        ManagedService(
            name="storage",
            command=[str(tools.beside_python("eohub-storage-service"))],
            environment=mark | _storage(at),
            url=_at(ports.storage),
            api_token=read_secret(state.secrets, Secret.STORAGE),
        ),
        ManagedService(
            name="catalogue",
            command=[str(tools.beside_python("eohub-catalogue-service"))],
            environment=mark
            | {"EOHUB_CATALOGUE_SERVICE_DATABASE_URL": database_url(state.root / "catalogue")},
            url=_at(ports.catalogue),
        ),
        ManagedService(
            name="lifetime",
            command=[str(tools.beside_python("eohub-lifetime-service"))],
            environment=mark | _lifetime(state, settings),
            url=_at(ports.lifetime),
            api_token=read_secret(state.secrets, Secret.LIFETIME),
        ),
        ManagedService(
            name="admin",
            command=[str(tools.beside_python("eohub-admin-service"))],
            environment=mark,
            url=_at(ports.admin),
            visitors_scopes=ADMIN_PAGES,
        ),
    ]


def s3_options(state: StateFolder, ports: Ports, client_id: str) -> S3Options:
    """How S3 runs in this stack."""
    at = Addresses(ports)
    return S3Options(
        folder=state.root / "s3",
        admin_file=state.secrets / "s3_admin.json",
        issuer=at.issuer,
        jwks_uri=f"{at.issuer}/jwks",
        client_id=client_id,
        name_claim=NAME_CLAIM,
        ports=S3Ports(ports.s3, ports.s3_master, ports.s3_volume, ports.s3_filer),
    )


def database_url(folder: Path) -> str:
    """The catalogue's database in `folder`."""
    return f"sqlite:///{folder / 'catalogue.sqlite'}"


def _lifetime(state: StateFolder, settings: HubSettings) -> dict[str, str]:
    return {
        "EOHUB_LIFETIME_SERVICE_DATABASE_URL": f"sqlite:///{state.root / 'lifetime' / 'lifetime.sqlite'}",
        "EOHUB_LIFETIME_SERVICE_POLICY_FOLDER": str(settings.policy_folder),
    }


def _storage(at: Addresses) -> dict[str, str]:
    return {
        "EOHUB_STORAGE_STS_URL": at.s3,
        "EOHUB_STORAGE_ROLE_ARN": ROLE_ARN,
        "EOHUB_STORAGE_NAME_CLAIM": NAME_CLAIM,
    }


def _identity(state: StateFolder, at: Addresses, client_id: str) -> dict[str, str]:
    return {
        "EOHUB_IDENTITY_PORT": str(at.ports.identity),
        "EOHUB_IDENTITY_ISSUER": at.issuer,
        "EOHUB_IDENTITY_STATE_DIR": str(state.root / "identity"),
        "EOHUB_IDENTITY_CLIENT_ID": client_id,
        "EOHUB_IDENTITY_CLIENT_SECRET_FILE": str(state.secrets / Secret.LOGIN),
        "EOHUB_IDENTITY_REDIRECT_URIS": f"{at.public}/hub/oauth_callback",
        "EOHUB_IDENTITY_POST_LOGOUT_REDIRECT_URIS": f"{at.public}/hub/logout",
    }


def _at(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
