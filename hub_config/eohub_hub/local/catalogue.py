"""`eohub catalogue`: hands over to the catalogue's own command, with this stack's database."""

import argparse
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.services import database_url
from eohub_hub.local.state import StateFolder
from eohub_hub.verb import Call, Verb


def _catalogue(call: Call) -> int:
    """Add, import, export or check what the catalogue holds, while EOHub runs or not."""
    state = StateFolder(call.settings.state_folder)
    state.check_version()
    state.prepare()
    words: list[str] = call.options.words or ["--help"]
    url = database_url(state.root / "catalogue")
    environment = {**call.environ, "EOHUB_CATALOGUE_SERVICE_DATABASE_URL": url}
    return hand_over([str(call.tools.beside_python("eohub-catalogue")), *words], environment)


def hand_over(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command on this terminal, and return its exit code; raises ToolMissing where it is not there."""
    try:
        process = subprocess.Popen(command, env=dict(environment))
    except OSError as error:
        sentence = f"{command[0]} cannot be run: {error.strerror or error}."
        raise ToolMissing(sentence, hint="Run `make build`, which installs it.") from error
    while True:
        # Ctrl-C reaches the command as well, which ends in its own way and says what it left.
        with suppress(KeyboardInterrupt):
            return process.wait()


def _words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar="add|import|export|check ...",
        help="as in `eohub catalogue import FOLDER`; each says more with --help behind it",
    )


CATALOGUE = Verb("catalogue", _catalogue, _words)
