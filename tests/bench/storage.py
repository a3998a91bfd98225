"""One object of 1 GiB and 1,000 small ones, written and read by each way that a notebook has.

The baseline "obstore" talks to S3 directly, in Rust and many requests at a time. The others are what people
use instead: boto3, s3fs, and files in a folder that rclone mounts as the spawner does. There "written" means
that it is in S3, and a second mount reads, whose cache is empty. All use one S3 on this machine, in one run,
one after the other; ratios are seconds over obstore's seconds.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
import s3fs
from obstore.store import S3Store

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import REGION, RunningS3, running_s3

from eohub_hub.spawner.mounts.command import Access, mount_command, mount_environment
from eohub_hub.spawner.mounts.kernel import current_points
from eohub_hub.spawner.mounts.tool import MountTool, find_mount_tool
from eohub_profiles.decision import MountPlan

BUCKET = "users"
SMALL_BYTES = 10_240
THREADS = 16
CHUNK = 8 * 2**20


@dataclass
class Way:
    """How one tool writes and reads: a large object from and to memory pieces, and many small ones."""

    name: str
    write: Callable[[Path], None]
    read: Callable[[], int]
    write_many: Callable[[list[str], bytes], None]
    read_many: Callable[[list[str]], int]


def boto3_way(s3: Any) -> Way:
    def many(work: Callable[[str], int], names: list[str]) -> int:
        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(work, names))

    def put(name: str, body: bytes) -> int:
        s3.put_object(Bucket=BUCKET, Key=f"boto3/{name}", Body=body)
        return 1

    def size(key: str) -> int:
        body = s3.get_object(Bucket=BUCKET, Key=key)["Body"]
        return sum(len(piece) for piece in body.iter_chunks(CHUNK))

    return Way(
        "boto3",
        lambda source: s3.upload_file(str(source), BUCKET, "boto3/large"),
        lambda: size("boto3/large"),
        lambda names, body: many(lambda name: put(name, body), names) and None,
        lambda names: many(lambda name: size(f"boto3/{name}"), names),
    )


def s3fs_way(options: dict[str, Any]) -> Way:
    fs = s3fs.S3FileSystem(**options)
    root = f"{BUCKET}/s3fs"

    def read() -> int:
        with fs.open(f"{root}/large", "rb", block_size=CHUNK) as file:
            return sum(len(piece) for piece in iter(lambda: file.read(CHUNK), b""))

    return Way(
        "s3fs",
        lambda source: fs.put_file(str(source), f"{root}/large"),
        read,
        lambda names, body: fs.pipe({f"{root}/{name}": body for name in names}),
        lambda names: sum(len(each) for each in fs.cat([f"{root}/{name}" for name in names]).values()),
    )


def obstore_way(store: S3Store) -> Way:
    async def write_all(names: list[str], body: bytes) -> None:
        gate = asyncio.Semaphore(THREADS)

        async def one(name: str) -> None:
            async with gate:
                await obstore.put_async(store, name, body)

        await asyncio.gather(*(one(name) for name in names))

    async def read_all(names: list[str]) -> int:
        gate = asyncio.Semaphore(THREADS)

        async def one(name: str) -> int:
            async with gate:
                return len(await (await obstore.get_async(store, name)).bytes_async())

        return sum(await asyncio.gather(*(one(name) for name in names)))

    return Way(
        "obstore",
        lambda source: obstore.put(store, "large", source) and None,
        lambda: sum(len(piece) for piece in obstore.get(store, "large").stream(min_chunk_size=CHUNK)),
        lambda names, body: asyncio.run(write_all(names, body)),
        lambda names: asyncio.run(read_all(names)),
    )


def mount_way(point: Path, s3: Any) -> Way:
    def arrived(prefix: str, count: int) -> None:
        """Return when so many objects are in S3: rclone writes a second after a file was closed."""
        pages = s3.get_paginator("list_objects_v2")
        while sum(page["KeyCount"] for page in pages.paginate(Bucket=BUCKET, Prefix=prefix)) < count:
            time.sleep(0.05)

    def write(source: Path) -> None:
        shutil.copyfile(source, point / "large")
        arrived("mount/large", 1)

    def write_many(names: list[str], body: bytes) -> None:
        (point / names[0]).parent.mkdir()
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda name: (point / name).write_bytes(body), names))
        # The object that marks the folder is one more.
        arrived("mount/small/", len(names) + 1)

    def read() -> int:
        with (point / "large").open("rb", buffering=0) as file:
            return sum(len(piece) for piece in iter(lambda: file.read(CHUNK), b""))

    def read_many(names: list[str]) -> int:
        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(lambda name: len((point / name).read_bytes()), names))

    return Way("mount", write, read, write_many, read_many)


@contextmanager
def mounted(s3: RunningS3, tool: MountTool, folder: Path) -> Iterator[Way]:
    """The mount as the spawner makes it."""
    point = folder / "point"
    point.mkdir(parents=True)
    keys = s3.admin_keys
    config = folder / "aws"
    config.write_text(
        f"[default]\naws_access_key_id = {keys.access_key_id}\n"
        f"aws_secret_access_key = {keys.secret_access_key}\n"
    )
    plan = MountPlan("bench", "Bench", BUCKET, "mount/", read_only=False)
    command = mount_command(tool.rclone, plan, point, folder / "cache", Access(os.getuid(), others=False))
    environment = {"PATH": "/usr/bin:/bin", **mount_environment(s3.endpoint, REGION, config, folder)}
    process = subprocess.Popen(command, env=environment, cwd=folder)
    try:
        while not current_points(str(point)):
            time.sleep(0.02)
        yield mount_way(point, s3.admin())
    finally:
        process.terminate()
        process.wait(20)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(write: Way, read: Way, source: Path, names: list[str]) -> list[float]:
    """Seconds to write and read the large object, then the small ones; all is written before it is read."""
    body = os.urandom(SMALL_BYTES)
    written = timed(lambda: write.write(source))
    small_written = timed(lambda: write.write_many(names, body))
    was_read = timed(lambda: check(read.read(), source.stat().st_size))
    small_read = timed(lambda: check(read.read_many(names), SMALL_BYTES * len(names)))
    return [written, was_read, small_written, small_read]


def check(found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} bytes were read, {wanted} were written")


def report(rows: dict[str, list[float]], size: int, count: int) -> None:
    base = rows["obstore"]
    print(f"{'':10}{'write':>16}{'read':>16}{'write small':>16}{'read small':>16}")
    for name, seconds in rows.items():
        cells = (f"{each:8.2f} s {each / first:4.1f}x" for each, first in zip(seconds, base, strict=True))
        print(f"{name:10}" + "".join(f"{cell:>16}" for cell in cells))
    last = rows.get("mount", base)
    ratios = " ".join(f"{each / first:.2f}" for each, first in zip(last, base, strict=True))
    print(f"figure: storage {size / 2**20:.0f} MiB and {count} objects, mount over obstore: {ratios}")


def main() -> None:
    """Measure every way and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--objects", type=int, default=1000)
    asked_for = parser.parse_args()
    names = [f"small/{number:05}" for number in range(asked_for.objects)]
    with (
        tempfile.TemporaryDirectory(prefix="eohub-bench-") as place,
        FakeIssuer() as issuer,
        running_s3(Path(place), issuer) as s3,
    ):
        folder = Path(place)
        source = folder / "source"
        with source.open("wb") as file:
            for _ in range(asked_for.mebibytes):
                file.write(os.urandom(2**20))
        rows = {way.name: measure(way, way, source, names) for way in direct(s3)}
        tool = find_mount_tool()
        if isinstance(tool, MountTool):
            with mounted(s3, tool, folder / "w") as writer, mounted(s3, tool, folder / "r") as reader:
                rows["mount"] = measure(writer, reader, source, names)
        else:
            print(f"mount: not measured. {tool}")
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        report(rows, source.stat().st_size, len(names))


def direct(s3: RunningS3) -> list[Way]:
    keys = s3.admin_keys
    store = S3Store(
        BUCKET, prefix="obstore", endpoint=s3.endpoint, region=REGION, access_key_id=keys.access_key_id,
        secret_access_key=keys.secret_access_key, virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )  # fmt: skip
    options = {
        "key": keys.access_key_id, "secret": keys.secret_access_key, "endpoint_url": s3.endpoint,
        "client_kwargs": {"region_name": REGION}, "config_kwargs": {"s3": {"addressing_style": "path"}},
    }  # fmt: skip
    return [obstore_way(store), boto3_way(s3.admin()), s3fs_way(options)]


if __name__ == "__main__":
    main()
