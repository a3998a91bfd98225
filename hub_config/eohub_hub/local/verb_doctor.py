"""`eohub doctor`."""

import argparse
import json
from pathlib import Path

from eohub_hub.local import doctor
from eohub_hub.local.lock import holder
from eohub_hub.local.state import StateFolder
from eohub_hub.verb import Call, Verb


def _doctor(call: Call) -> int:
    """Check everything that a start needs, the configuration, and what runs; exit code 1 at any fault."""
    file: Path | None = call.options.config
    if file is not None:
        checks = doctor.examine_file(file.absolute(), call.environ)
    else:
        state = StateFolder(call.settings.state_folder)
        running = holder(state.lock) is not None
        checks = doctor.examine(call.settings, call.tools, call.environ, running=running)
        checks += doctor.examine_running(call.environ, state) if running else []
    if call.options.json:
        call.screen.say(json.dumps([check.as_fields() for check in checks], indent=2))
    else:
        call.screen.checks(checks)
    return 0 if doctor.first_fault(checks) is None else 1


def _doctor_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the report for a program")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="check a jupyterhub_config.py of your own (it is run)"
    )


DOCTOR = Verb("doctor", _doctor, _doctor_options)
