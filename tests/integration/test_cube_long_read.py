"""A read that takes longer than its keys live: they are got anew beneath it, and are found nowhere after.

As a program it reads for five minutes with keys that live one: `test_cube_long_read.py 300 60`.
"""

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.cubes_cube import cube
from fakes.cubes_server import Asked, ObjectServer, Reply, serving

_GIVE = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path

given = Path({given!r})
number = len(given.read_text().splitlines()) if given.exists() else 0
ends = time.time() + {seconds}
with given.open("a") as file:
    file.write(f"id-{{number}} {{ends}}\\n")
print(json.dumps({{
    "Version": 1, "AccessKeyId": f"id-{{number}}", "SecretAccessKey": "secret-of-a-long-read",
    "SessionToken": f"token-of-a-long-read-{{number}}",
    "Expiration": datetime.fromtimestamp(ends, UTC).isoformat(),
}}))
"""
_READ = """
import json, sys, time
import xarray as xr
from eohub_cubes import cube_store
from eohub_cubes.ports import Traffic
from eohub_cubes.reading.traffic import counted

traffic, values = Traffic(), 0.0
with counted(traffic):
    dataset = xr.open_zarr(cube_store("s3://bucket/a.zarr"), chunks=None)
    began, reads = time.monotonic(), 0
    while time.monotonic() - began < {seconds}:
        values = float(dataset["v00"][reads % 60, :9, :18].sum())
        reads += 1
        time.sleep({rest})
print(json.dumps({{"reads": reads, "renewals": traffic.renewals, "requests": traffic.requests}}))
"""


def long_read(
    folder: Path, seconds: float, lifetime_seconds: float
) -> tuple[dict[str, int], ObjectServer, str]:
    """Read for so many seconds with keys that live so many; what the reader told, and all that it printed."""
    (folder / "give.py").write_text(_GIVE.format(given=str(folder / "given"), seconds=lifetime_seconds))
    command = shlex.join([sys.executable, str(folder / "give.py")])
    server = ObjectServer(folder)

    def only_with_good_keys(asked: Asked) -> Reply | None:
        known = dict(line.split() for line in (folder / "given").read_text().splitlines())
        key = _key_of(asked)
        good = key in known and float(known[key]) > time.time()
        return None if good else Reply(400, body=b"<Error><Code>ExpiredToken</Code></Error>")

    server.answers = only_with_good_keys
    cube(1).to_zarr(folder / "bucket" / "a.zarr", zarr_format=2, consolidated=True)
    with serving(server) as address:
        (folder / "config").write_text(
            f"[default]\nregion = here\nendpoint_url = {address}\ncredential_process = {command}\n"
        )
        environ = {
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "HOME": str(folder),
            "PATH": "",
        }
        script = _READ.format(seconds=seconds, rest=min(0.5, lifetime_seconds / 20))
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return json.loads(done.stdout), server, done.stdout + done.stderr


def _key_of(asked: Asked) -> str:
    return asked.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]


def secrets_in(folder: Path, printed: str) -> list[str]:
    """Where a secret was left: in what was printed, or in a file that the read made."""
    made = [path for path in folder.rglob("*") if path.is_file() and path.name != "give.py"]
    texts = {str(path): path.read_bytes().decode("latin-1") for path in made} | {"printed": printed}
    return [where for where, text in texts.items() if "of-a-long-read" in text]


@pytest.mark.real
def test_a_read_outlives_its_keys_many_times(tmp_path: Path) -> None:
    said, server, printed = long_read(tmp_path, seconds=8, lifetime_seconds=2)
    fetched = len((tmp_path / "given").read_text().splitlines())
    # Keys of two seconds are got anew after one at the latest; none is got for each read.
    assert said["renewals"] == fetched - 1
    assert 3 <= said["renewals"] < said["reads"]
    used = {
        asked.headers["authorization"].partition("Credential=")[2].partition("/")[0] for asked in server.asked
    }
    assert len(used) == fetched
    assert secrets_in(tmp_path, printed) == []


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        told, _, output = long_read(Path(place), float(sys.argv[1]), float(sys.argv[2]))
        left = secrets_in(Path(place), output)
    print(f"figure: long_read_renewals {told['renewals']} renewals")
    print(f"figure: long_read_reads {told['reads']} reads")
    print(f"figure: long_read_secrets_left {len(left)} places")
