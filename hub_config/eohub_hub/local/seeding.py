"""Fills a new EOHub once: sample files, cubes on S3, and their descriptions in the catalogue."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from eohub_hub.local.commands import Ended, run_to_end
from eohub_hub.local.errors import PartFailed, disk_trouble
from eohub_hub.local.files import write_atomically
from eohub_hub.local.processes import MARK
from eohub_hub.local.s3.admin import AdminKeys, ensure_buckets, read_admin_keys
from eohub_hub.local.services import database_url
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT, Tools
from eohub_toolkit.errors import Unavailable

Report = Callable[[str], None]

CLIMATE = "climate"
"""Everybody's read-only bucket."""

USERS = "users"
"""The bucket in which each person has a prefix."""

GROUPS = "groups"
"""The bucket in which each group has a prefix."""

_MARK = "seed.json"
_WORK = "seed-"
_SEED = Path(__file__).parent / "seed"
_LONGEST_SECONDS = 900.0
_REGION = "eohub-local"


def seed_once(state: StateFolder, endpoint: str, tools: Tools, report: Report) -> bool:
    """Make the buckets and, unless this version of the seed is there, write it; says whether it was written.

    What is half-written after an interruption is written anew by the next start, because the mark is set
    last. Raises Unavailable without the package index or S3, DiskTrouble, ToolMissing, or PartFailed with the
    last line of what failed.
    """
    try:
        return _seed(state, endpoint, tools, report)
    except OSError as error:
        raise disk_trouble(error, state.root) from error


def _seed(state: StateFolder, endpoint: str, tools: Tools, report: Report) -> bool:
    keys = read_admin_keys(state.secrets / "s3_admin.json")
    ensure_buckets(endpoint, keys, [CLIMATE, USERS, GROUPS])
    if is_seeded(state):
        return False
    for left in state.root.glob(f"{_WORK}*/"):
        # Of a seed that was killed.
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_WORK, dir=state.root) as folder:
        work = Path(folder)
        report("Fetching sample data (29 MiB)")
        source = _fetch(tools, work)
        _write_cubes(state, source, work, _s3_environment(endpoint, keys), report)
        report("Describing the cubes in the catalogue")
        _describe(state, tools, work)
    write_atomically(state.root / _MARK, json.dumps({"version": seed_version()}).encode())
    return True


def is_seeded(state: StateFolder) -> bool:
    """Whether this version of the seed is there."""
    return _written(state.root / _MARK) == seed_version()


def seed_version() -> str:
    """SHA-256 of what makes the seed: another one means that it has to be written again."""
    digest = hashlib.sha256()
    for path in sorted([*_SEED.glob("*.py"), _SEED / "requirements.lock"]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _written(mark: Path) -> str | None:
    try:
        return str(json.loads(mark.read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _fetch(tools: Tools, work: Path) -> Path:
    target = work / "source"
    command = [str(tools.beside_python("uv")), "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += [f"--python={tools.python}", f"--target={target}", "-r", str(_SEED / "requirements.lock")]
    # No settings of ours: uv finds its index and certificates in the caller's environment.
    ended = run_to_end(command, seconds=_LONGEST_SECONDS)
    if not ended.succeeded:
        raise Unavailable(
            "The sample data cannot be fetched.", hint=f"Start again with a network. {ended.last_line}"
        )
    return target / "iris_sample_data" / "sample_data"


def _write_cubes(
    state: StateFolder, source: Path, work: Path, environment: Mapping[str, str], report: Report
) -> None:
    command = [str(state.environment / "bin" / "python"), "-m", "eohub_hub.local.seed.write"]
    command += ["--source", str(source), "--target", f"s3://{CLIMATE}", "--documents", str(work)]
    marked = {
        **environment,
        MARK: state.instance,
        "PYTHONPATH": str(PROJECT / "hub_config"),
        "HOME": str(work),
    }
    ended = run_to_end(command, environment=marked, seconds=_LONGEST_SECONDS, report=report)
    _demand(ended, "The climate cubes could not be written")


def _describe(state: StateFolder, tools: Tools, work: Path) -> None:
    environment = {
        "EOHUB_CATALOGUE_SERVICE_DATABASE_URL": database_url(state.root / "catalogue"),
        MARK: state.instance,
        "PATH": str(tools.python.parent),
    }
    command = [str(tools.beside_python("eohub-catalogue")), "import"]
    command += [str(work / "collections.ndjson"), str(work / "items.ndjson")]
    ended = run_to_end(command, environment=environment, seconds=_LONGEST_SECONDS)
    _demand(ended, "The cubes could not be described")


def _demand(ended: Ended, otherwise: str) -> None:
    if not ended.succeeded:
        raise PartFailed(f"{otherwise}: {ended.last_line}")


def _s3_environment(endpoint: str, keys: AdminKeys) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
