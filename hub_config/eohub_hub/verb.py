"""A verb of the command `eohub`: what it is given, and how it says which options it has."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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

    def add_to(self, commands: Any) -> None:
        """Have a parser know this verb, by what its `add_subparsers` gave."""
        text = (self.run.__doc__ or "").strip()
        parser: argparse.ArgumentParser = commands.add_parser(self.name, help=text, description=text)
        parser.set_defaults(command=self.run)
        self.options(parser)
