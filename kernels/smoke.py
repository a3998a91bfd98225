"""Runs the smoke cells of one environment; run it with that environment's Python: `smoke.py MANIFEST ID`.

Each cell runs in a kernel of its own, as a notebook would, and must give the output that the manifest
expects. It needs no network. Exit code 1 and one sentence where a kernel does otherwise.
"""

import re
import runpy
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jupyter_client.manager import KernelManager

_READY_SECONDS = 120
_CELL_SECONDS = 180
_SHOWN_CHARACTERS = 200

type Say = Callable[[str], None]


class Broken(Exception):
    """A kernel does otherwise than the manifest says; the text is the sentence for a person."""


def smoke(entry: Mapping[str, Any], folder: Path, say: Say) -> None:
    """Run every cell of a manifest's entry, then its own script if it has one; raises Broken.

    `folder` holds the manifest and is where scripts are named from. `say` gets a line for each kernel.
    """
    for cell in entry["smoke"]:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="smoke-") as runtime:
            output = run_cells(cell["kernel"], cells_of(cell["code"]), transport(entry), Path(runtime))
        compare(cell["kernel"], output, cell["output"])
        say(f"{cell['kernel']} answers as expected ({time.monotonic() - began:.1f} s)")
    if "script" in entry:
        run_script(folder / entry["script"])


def transport(entry: Mapping[str, Any]) -> str:
    """How the kernels of an environment are reached: through sockets of their own, or only by ports."""
    return "tcp" if entry.get("channels") == "ports" else "ipc"


def cells_of(code: str | Sequence[str]) -> Sequence[str]:
    """The cells that run one after another in one kernel."""
    return [code] if isinstance(code, str) else code


def run_cells(kernel: str, cells: Sequence[str], transport: str, runtime: Path) -> str:
    """What cells print and give back in a new kernel; raises Broken where the kernel does not answer."""
    manager = KernelManager(
        kernel_name=kernel, transport=transport, connection_file=str(runtime / "kernel.json")
    )
    try:
        manager.start_kernel()
    except Exception as error:
        raise Broken(f"The kernel {kernel} cannot be started ({type(error).__name__}: {error})") from error
    client = manager.client()
    outputs: list[str] = []

    def hear(message: Mapping[str, Any]) -> None:
        outputs.extend(texts_of(message))

    try:
        client.start_channels()
        client.wait_for_ready(timeout=_READY_SECONDS)
        for cell in cells:
            client.execute_interactive(cell, timeout=_CELL_SECONDS, output_hook=hear)
    except (RuntimeError, TimeoutError) as error:
        raise Broken(f"The kernel {kernel} does not answer ({error})") from error
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(outputs)


def texts_of(message: Mapping[str, Any]) -> Sequence[str]:
    """The text in a kernel's message: standard output, a result or an error; warnings do not count."""
    content = message["content"]
    match message["header"]["msg_type"]:
        case "stream" if content["name"] == "stdout":
            return [content["text"]]
        case "execute_result" | "display_data":
            return [str(content["data"].get("text/plain", "")), "\n"]
        case "error":
            return [f"{content['ename']}: {content['evalue']}\n"]
        case _:
            return []


def compare(kernel: str, output: str, expected: str) -> None:
    """Raise Broken where an output is another one; spaces around it do not count."""
    found = re.sub(r"\x1b\[[\d;]*m", "", output).strip()
    if found != expected.strip():
        shown = found if len(found) <= _SHOWN_CHARACTERS else f"{found[:_SHOWN_CHARACTERS]}..."
        raise Broken(f"The kernel {kernel} gives {shown!r} instead of {expected.strip()!r}")


def run_script(path: Path) -> None:
    """Run an environment's own test, which ends with exit code 1 and a sentence where something is wrong."""
    try:
        runpy.run_path(str(path), run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise Broken(str(end.code).removesuffix(".")) from end


def entry_of(manifest: Path, identifier: str) -> Mapping[str, Any]:
    """The entry of an environment in the manifest; raises Broken where there is none."""
    entries = yaml.safe_load(manifest.read_text("utf-8"))["environments"]
    found = next((entry for entry in entries if entry["id"] == identifier), None)
    if found is None:
        raise Broken(f"The manifest has no environment {identifier}")
    return found


def main(arguments: Sequence[str]) -> None:
    """Try the environment that the command line names and end with its sentence."""
    if len(arguments) != 2:
        sys.exit("Say: smoke.py MANIFEST ID")
    manifest = Path(arguments[0])
    try:
        smoke(entry_of(manifest, arguments[1]), manifest.parent, print)
    except Broken as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main(sys.argv[1:])
