"""Settings of the pod's half, from the environment."""

from pydantic import AliasChoices, Field

from eohub_toolkit.settings import Settings, settings_config


class ServerSettings(Settings):
    """What the process that reads data may do, and for how long it stays."""

    model_config = settings_config("CUBES_SERVER")

    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts inside the site that data may be read from: names, .suffixes, networks"
    )
    deadline_seconds: float = Field(
        default=120.0, gt=0, le=3600, description="Longest time of one description, estimate or picture"
    )
    idle_seconds: float = Field(
        default=600.0, gt=0, le=86_400, description="The process that reads data ends when unused for so long"
    )
    reader_memory_bytes: int = Field(
        default=2 * 2**30, ge=2**29, description="Memory that the process that reads data may take"
    )
    memory_bytes: int | None = Field(
        default=None,
        gt=0,
        validation_alias=AliasChoices("EOHUB_CUBES_SERVER_MEMORY_BYTES", "MEM_LIMIT"),
        description="Memory that this server may use, where no control group tells it",
    )
