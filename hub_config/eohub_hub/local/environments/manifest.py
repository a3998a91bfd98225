"""What `kernels/manifest.yaml` says about each environment, as frozen models that refuse anything else."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from eohub_hub.local.errors import BrokenState
from eohub_profiles.fields import Name, Title, distinct

MANIFEST = "manifest.yaml"
_MOST = 50


_Code = Annotated[str, Field(min_length=1, max_length=4_000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"must be a regular expression: {error}") from error
    return text


class Needs(_Model):
    """A program that a machine must have beside the environment: a command, and what it must print.

    `says` is a regular expression that is searched in it, `title` names the program for people, `install`
    what brings it.
    """

    command: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    says: Annotated[str, AfterValidator(_expression)]
    title: Title
    install: Title

    @property
    def expression(self) -> re.Pattern[str]:
        """What must be found in what the command prints."""
        return re.compile(self.says)


class Cell(_Model):
    """A cell, or several in a row, the kernel that runs it, and the text that comes out.

    Spaces around that do not count.
    """

    kernel: Name
    code: _Code | Annotated[tuple[_Code, ...], Field(min_length=1, max_length=20)]
    output: Annotated[str, Field(min_length=1, max_length=4_000)]


class Known(_Model):
    """One environment: `layers` are those whose kernels and settings it has beneath its own, in order.

    `channels` tells how its kernels are reached: through sockets of their own, or by ports of the loopback,
    where nothing hides what they say from other accounts.
    """

    id: Name
    title: Title
    languages: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    layers: tuple[Name, ...] = ()
    kernel: Name = "python3"
    channels: Literal["sockets", "ports"] = "sockets"
    needs: Needs | None = None
    smoke: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=20)]
    script: str | None = None

    @property
    def note(self) -> str:
        """What the form says beside the title: languages that it does not name."""
        said = re.findall(r"\w+", self.title)
        others = [each for each in self.languages if each not in said]
        return f"with {', '.join(others)}" if others else ""


class Manifest(_Model):
    """Every environment that there is a recipe for."""

    environments: Annotated[tuple[Known, ...], Field(min_length=1, max_length=_MOST)]

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        ids = [each.id for each in self.environments]
        distinct("environment", ids)
        for known in self.environments:
            missing = [layer for layer in known.layers if layer not in ids or layer == known.id]
            if missing:
                raise ValueError(f"the environment {known.id!r} has the layer {missing[0]!r}, which is none")
        return self

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The name of each environment, in the manifest's order."""
        return tuple(each.id for each in self.environments)

    def known(self, identifier: str) -> Known | None:
        """The entry of this name."""
        return next((each for each in self.environments if each.id == identifier), None)

    def layers(self, known: Known) -> tuple[Known, ...]:
        """What is laid over one another to make it, itself last."""
        by_id = {each.id: each for each in self.environments}
        return (*(by_id[name] for name in known.layers), known)


def load_manifest(folder: Path) -> Manifest:
    """Read the manifest in the folder of the environments; raises BrokenState with its first fault."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise BrokenState(f"{path}: {place or 'the manifest'}: {first['msg']}.") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BrokenState(f"{path} is no manifest of environments: {type(error).__name__}.") from error
