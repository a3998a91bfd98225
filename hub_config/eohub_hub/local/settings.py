"""The settings of the one-machine stack, read by `eohub`; unset ports are found and remembered."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from eohub_hub.local.ports import Wanted
from eohub_hub.local.tools import PROJECT
from eohub_toolkit.settings import Settings, settings_config

Port = Annotated[int | None, Field(ge=1024, le=65_535)]


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


Folder = Annotated[Path, AfterValidator(_absolute)]


class LocalSettings(Settings):
    """What a person may say about the stack on this machine; every field has a default that works."""

    model_config = settings_config("LOCAL")

    state_folder: Folder = Field(
        default=PROJECT / ".eohub",
        validation_alias="EOHUB_STATE_DIR",
        description="Everything that outlives a restart",
    )
    public_port: Port = Field(default=None, description="Where people reach the hub; 8000 if free")
    hub_port: Port = Field(default=None, description="The hub's inner port; 8001 if free")
    proxy_api_port: Port = Field(default=None, description="The proxy's inner port; 8002 if free")
    identity_port: Port = Field(default=None, description="The identity provider; 8003 if free")
    storage_port: Port = Field(default=None, description="The storage service; 8004 if free")
    catalogue_port: Port = Field(default=None, description="The catalogue service; 8005 if free")
    s3_port: Port = Field(default=None, description="S3; 8006 if free. It also takes the port 10000 above")
    s3_master_port: Port = Field(default=None, description="Inside S3; 8007 if free, and 10000 above")
    s3_volume_port: Port = Field(default=None, description="Inside S3; 8008 if free, and 10000 above")
    s3_filer_port: Port = Field(default=None, description="Inside S3; 8009 if free, and 10000 above")
    admin_port: Port = Field(default=None, description="The administrators' pages; 8010 if free")
    lifetime_port: Port = Field(default=None, description="The lifetime service; 8011 if free")
    start_seconds: float = Field(default=120.0, gt=0, le=3600, description="Longest start, without downloads")
    log_mebibytes: int = Field(
        default=10, ge=1, le=1024, description="Size of a full log file; three are kept"
    )

    def wanted_ports(self) -> Wanted:
        """The ports that were set, by the name of their part."""
        names = [name for name in LocalSettings.model_fields if name.endswith("_port")]
        given = {name.removesuffix("_port"): getattr(self, name) for name in names}
        return {name: port for name, port in given.items() if port is not None}
