"""The users' environment: made from a kernel's lock and our wheels, and either whole or made again."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.local.errors import DiskTrouble, PartFailed, ToolMissing, disk_trouble
from eohub_hub.local.files import write_atomically
from eohub_toolkit.errors import EohubError, Unavailable

Report = Callable[[str], None]

MARKER = "eohub-environment.json"
"""Written last into the environment; one without it is half-made."""

_KERNEL = Path("share/jupyter/kernels/python3/kernel.json")
"""Takes the place of ipykernel's own, so that notebooks from elsewhere find it under their usual name."""

_NETWORK = ("dns error", "error sending request", "failed to fetch", "connection", "timed out", "offline")


@dataclass(frozen=True)
class Recipe:
    """What an environment is made of: a folder of `kernels/`, our wheels, and the interpreter beneath."""

    kernel: Path
    wheels: tuple[Path, ...]
    python: Path

    @property
    def lock(self) -> Path:
        """The hash-pinned requirements."""
        return self.kernel / "requirements.lock"

    @property
    def overlay(self) -> list[Path]:
        """Files that are laid over the environment, in order."""
        return sorted(path for path in (self.kernel / "overlay").rglob("*") if path.is_file())

    def base(self, target: Path) -> str:
        """What cannot be changed in place: where the environment is, its interpreter, names laid over it."""
        names = [str(path.relative_to(self.kernel)) for path in self.overlay]
        return " ".join([str(self.python.resolve()), str(target.resolve()), *names])

    def content(self) -> str:
        """SHA-256 of all that is installed: names and bytes of lock, wheels, kernel and overlay."""
        digest = hashlib.sha256()
        for path in (self.lock, self.kernel / "kernel.json", *sorted(self.wheels), *self.overlay):
            name = str(path.relative_to(self.kernel)) if path.is_relative_to(self.kernel) else path.name
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return digest.hexdigest()


def make_environment(target: Path, recipe: Recipe, *, uv: Path, report: Report) -> bool:
    """Bring the environment at `target` up to `recipe` and say whether anything was done.

    One that is current is left alone, one from an older recipe is changed in place, and one that is
    half-made or stands on another interpreter is made anew. `report` gets a line for each step.
    Raises ToolMissing without uv, Unavailable without the network, DiskTrouble, or PartFailed.
    """
    found = _marker(target)
    wanted = {"base": recipe.base(target), "content": recipe.content()}
    if found == wanted:
        return False
    try:
        (target / MARKER).unlink(missing_ok=True)
        if found.get("base") != wanted["base"]:
            target.parent.mkdir(parents=True, exist_ok=True)
            report("Making the environment for notebooks")
            _uv(uv, ("venv", "--clear", f"--python={recipe.python.resolve()}", str(target)), report)
        _install(target, recipe, uv, report)
        _lay_over(target, recipe)
        _open_for_reading(target)
        write_atomically(target / MARKER, json.dumps(wanted).encode(), mode=0o644)
    except OSError as error:
        raise disk_trouble(error, target) from error
    report("The environment for notebooks is ready")
    return True


def _marker(target: Path) -> dict[str, str]:
    try:
        found: object = json.loads((target / MARKER).read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _install(target: Path, recipe: Recipe, uv: Path, report: Report) -> None:
    python = f"--python={target / 'bin' / 'python'}"
    count = sum(1 for line in recipe.lock.read_text().splitlines() if "==" in line)
    report(f"Installing {count} locked packages (the first time about 300 MB are downloaded)")
    _uv(uv, ("pip", "sync", "--require-hashes", "--compile-bytecode", python, str(recipe.lock)), report)
    if recipe.wheels:
        report(f"Installing {len(recipe.wheels)} packages of EOHub")
        wheels = [str(path) for path in sorted(recipe.wheels)]
        _uv(uv, ("pip", "install", "--no-deps", "--no-index", "--compile-bytecode", python, *wheels), report)
    _uv(uv, ("pip", "check", python), report)


def _lay_over(target: Path, recipe: Recipe) -> None:
    shutil.copytree(recipe.kernel / "overlay", target, dirs_exist_ok=True, copy_function=_copy_anew)
    (target / _KERNEL).parent.mkdir(parents=True, exist_ok=True)
    _copy_anew(recipe.kernel / "kernel.json", target / _KERNEL)


def _copy_anew(source: str | Path, target: str | Path) -> None:
    # uv links installed files to its cache: writing into one would change it in every other environment.
    Path(target).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _open_for_reading(target: Path) -> None:
    # Users' servers run under other user ids, and the umask of whoever filled uv's cache is unknown.
    subprocess.run(["chmod", "-R", "a+rX", target], check=True)


def _uv(uv: Path, arguments: Sequence[str], report: Report) -> None:
    try:
        process = subprocess.Popen(
            [uv, "--no-progress", "--color=never", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, umask=0o022,
        )  # fmt: skip
    except FileNotFoundError:
        raise ToolMissing("uv is not installed.", hint="Run `make build`, which installs it.") from None
    said: list[str] = []
    with process:
        try:
            for line in _sentences(process):
                said = [*said, line][-20:]
                report(f"  {line}")
        except BaseException:
            # Somebody wants to stop: waiting for a download could take minutes, and it is made again anyway.
            process.kill()
            raise
    if process.returncode != 0:
        raise _fault(said)


def _sentences(process: "subprocess.Popen[str]") -> Iterator[str]:
    # uv lists each package as " + name==version"; two hundred of them would hide the steps.
    for line in process.stderr or ():
        if line.strip() and not line.startswith((" + ", " - ", " ~ ")):
            yield line.strip()


def _fault(said: Sequence[str]) -> EohubError:
    words = "\n".join(said).lower()
    last = next(
        (line for line in reversed(said) if line.startswith(("error", "cause"))), said[-1] if said else ""
    )
    if "no space left" in words or "os error 28" in words:
        return DiskTrouble("The disk is full.", hint="Free 2 GB, then start again.")
    if any(sign in words for sign in _NETWORK):
        return Unavailable(
            "The packages of the environment for notebooks could not be downloaded.",
            hint="Check the connection to the package index, then start again: what came is kept.",
        )
    return PartFailed(f"The environment for notebooks could not be made: {last}", hint="See the lines above.")
