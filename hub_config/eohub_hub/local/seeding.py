"""Fills a new EOHub once: sample files, cubes on S3, and their descriptions in the catalogue."""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eohub_hub.local.errors import PartFailed
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

_MARK = "seed.json"
_SEED = Path(__file__).parent / "seed"
_LONGEST_SECONDS = 900.0
_REGION = "eohub-local"


def seed_once(state: StateFolder, endpoint: str, tools: Tools, report: Report) -> bool:
    """Make the buckets and, unless this version of the seed is there, write it; says whether it was written.

    What is half-written after an interruption is written anew by the next start, because the mark is set
    last. Raises Unavailable without the package index, PartFailed with the last line of what failed.
    """
    keys = read_admin_keys(state.secrets / "s3_admin.json")
    ensure_buckets(endpoint, keys, [CLIMATE, USERS])
    if is_seeded(state):
        return False
    with tempfile.TemporaryDirectory(prefix="seed-", dir=state.root) as folder:
        work = Path(folder)
        report("Fetching sample data (29 MiB)")
        source = _fetch(tools, work)
        _write_cubes(state, source, work, _s3_environment(endpoint, keys), report)
        report("Describing the cubes in the catalogue")
        _ingest(state, tools, work)
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
    command += [
        "--python",
        str(tools.python),
        "--target",
        str(target),
        "-r",
        str(_SEED / "requirements.lock"),
    ]
    # No mark and no settings: uv finds its index and certificates in the caller's environment.
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False)
    if done.returncode != 0:
        raise Unavailable(
            "The sample data cannot be fetched.",
            hint=f"Start again with a network. {_last_line(done.stderr)}",
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
    with (work / "errors").open("w+") as errors:
        process = subprocess.Popen(
            command, env=marked, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                report(line.strip())
            code = process.wait(_LONGEST_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code != 0:
        raise PartFailed(
            f"The climate cubes could not be written: {_last_line((work / 'errors').read_text('utf-8'))}",
            hint="Start again: the seed begins anew.",
        )


def _ingest(state: StateFolder, tools: Tools, work: Path) -> None:
    environment = {
        "EOHUB_CATALOGUE_DATABASE_URL": database_url(state.root / "catalogue"),
        MARK: state.instance,
        "PATH": str(tools.python.parent),
    }
    program = str(tools.beside_python("eohub-catalogue"))
    _run([program, "ingest", str(work / "collections.ndjson"), str(work / "items.ndjson")], environment)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command, env=dict(environment), capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False
    )
    if done.returncode != 0:
        raise PartFailed(
            f"The cubes could not be described: {_last_line(done.stderr)}",
            hint="Start again: the seed begins anew.",
        )


def _s3_environment(endpoint: str, keys: AdminKeys) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given")[
        :300
    ]
