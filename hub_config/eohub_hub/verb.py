"""A verb of the command `eohub`: what it is given, and how it says which options it has."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from eohub_hub.local.screen import Screen
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.tools import Tools


@dataclass(frozen=True)
class Call:
    """One call of a verb; `environ` is the caller's environment, `options` what the parser has read."""

    settings: LocalSettings
    tools: Tools
    environ: Mapping[str, str]
    screen: Screen
    options: argparse.Namespace = field(default_factory=argparse.Namespace)


type Command = Callable[[Call], int]
"""Runs a verb; returns the exit code."""


def _no_options(_parser: argparse.ArgumentParser) -> None:
    """Most verbs have none."""


@dataclass(frozen=True)
class Verb:
    """A verb whose help is its function's docstring; `options` may set another `command` for words of its
    own."""

    name: str
    run: Command
    options: Callable[[argparse.ArgumentParser], None] = _no_options

    @property
    def help(self) -> str:
        """What the verb does, for people."""
        return (self.run.__doc__ or "").strip()

    def describe(self, parser: argparse.ArgumentParser) -> None:
        """Have a parser of this verb know all of it."""
        parser.description = self.help
        parser.set_defaults(command=self.run)
        self.options(parser)


@dataclass(frozen=True)
class Named:
    """A verb that is known by name before its module is imported: others need nothing of what it needs.

    `help` is what its function's docstring says, and `attribute` where the module has the Verb.
    """

    name: str
    help: str
    module: str
    attribute: str

    def load(self) -> Verb:
        """Import the verb."""
        verb: Verb = getattr(import_module(self.module), self.attribute)
        return verb
