"""Settings of the pod's half, from the environment or from Jupyter's configuration."""

from collections.abc import Mapping

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.server.addresses import AllowedHosts
from eohub_catalogue.twin_contract import TwinSource
from eohub_catalogue.wire import PublicUrl
from eohub_toolkit.settings import Settings, SettingsError, load, settings_config

_RATES: Mapping[str, float] = {
    "hda.data.destination-earth.eu": 4,
    "stac.dataspace.copernicus.eu": 5,
    "catalogue.dataspace.copernicus.eu": 5,
}
"""What these hosts allow one account: https://hda.data.destination-earth.eu and Copernicus' quotas."""


class DestineLogin(BaseModel):
    """How a login of the DestinE platform becomes a token of its Data Lake; addresses are those of realms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_file: str = Field(description="File with a refresh token of the platform, which may be rewritten")
    issuer: str = "https://auth.destine.eu/realms/desp"
    client_id: str = "dedl-hda"
    exchange_issuer: str = "https://identity.data.destination-earth.eu/auth/realms/dedl"
    exchange_client_id: str = "hda-public"
    audience: str = "hda-public"
    subject_issuer: str = "desp-oidc"


class ServerSettings(Settings):
    """What the catalogue panel may search, and how long it waits."""

    model_config = settings_config("CATALOGUE_SERVER")

    catalogues: tuple[CatalogueSource, ...] = Field(
        default=(), description='A JSON list of {"id", "title", "url" or "path", "kind"}; empty means none'
    )
    s3_url: PublicUrl | None = Field(
        default=None, description="S3 endpoint whose state the panel shows; unset means no such row"
    )
    deadline_seconds: float = Field(
        default=10.0, gt=0, le=120, description="Longest time of one search of a catalogue"
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts inside the site that people may add: names, .suffixes, networks"
    )
    requests_per_second: dict[str, float] = Field(
        default={}, description="How often a host is asked at most; added to what is built in"
    )

    destine_twins: tuple[TwinSource, ...] = Field(
        default=(),
        max_length=20,
        description='A JSON list of {"title", "constraints", "polytope"}; empty means none',
    )
    destine_login: DestineLogin | None = Field(
        default=None, description="How to log in to the DestinE Data Lake where no hub does it"
    )
    destine_platform: str = Field(
        default="data-lake", pattern=r"^[a-z0-9-]{1,40}$", description="What the hub calls the Data Lake"
    )
    hub_api_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s/?#]+(/[^\s?#]*)?$",
        validation_alias="JUPYTERHUB_API_URL",
        description="The hub, which exchanges people's logins",
    )
    hub_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("EOHUB_CATALOGUE_SERVER_HUB_TOKEN", "JUPYTERHUB_API_TOKEN"),
        description="The server's own token at the hub",
    )

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        AllowedHosts.of(entries)
        return entries

    @field_validator("requests_per_second")
    @classmethod
    def _are_rates(cls, rates: dict[str, float]) -> dict[str, float]:
        if not all(0.01 <= rate <= 1000 for rate in rates.values()):
            raise ValueError("a rate is from 0.01 to 1000 requests a second")
        return rates

    def rates(self) -> Mapping[str, float]:
        """Requests a second by host."""
        return {**_RATES, **{host.lower(): rate for host, rate in self.requests_per_second.items()}}


def settings_of(environ: Mapping[str, str], configured: object) -> ServerSettings:
    """Settings from the environment; catalogues that it does not name come from Jupyter's configuration.

    Raises SettingsError with the name of what is wrong.
    """
    found = load(ServerSettings, environ)
    if not configured or found.catalogues:
        return _with_distinct_ids(found)
    try:
        added = ServerSettings.model_validate({**found.model_dump(), "catalogues": configured})
    except ValidationError as error:
        # Without the value, which may hold a password and goes to the browser.
        first = error.errors(include_url=False, include_input=False)[0]
        inner = "".join(f".{part}" for part in first["loc"][1:])
        raise SettingsError(f"c.EOHubCatalogue.catalogues{inner} is wrong: {first['msg']}."[:500]) from None
    return _with_distinct_ids(added)


def _with_distinct_ids(settings: ServerSettings) -> ServerSettings:
    ids = [source.id for source in settings.catalogues]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise SettingsError(f"EOHUB_CATALOGUE_SERVER_CATALOGUES names the id {twice} twice.")
    return settings
