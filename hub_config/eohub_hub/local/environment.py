"""The users' environment: made from a kernel's lock and our wheels, and either whole or made again."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.local.errors import DiskTrouble, PartFailed, ToolMissing, disk_trouble
from eohub_hub.local.files import write_atomically
from eohub_toolkit.errors import EohubError, Unavailable

Report = Callable[[str], None]

MARKER = "eohub-environment.json"
"""Written last into the environment; one without it is half-made."""

_KERNELS = Path("share/jupyter/kernels")
"""Where Jupyter finds kernels; ours take the place of those that packages bring."""

_NETWORK = ("dns error", "error sending request", "failed to fetch", "connection", "timed out", "offline")


@dataclass(frozen=True)
class Layer:
    """A folder of `kernels/` with a kernel, whose name is `name`, and settings to lay over an environment."""

    folder: Path
    name: str

    def files(self) -> dict[str, Path]:
        """Each file by its place in the environment, its `kernel.json` and all below `overlay`."""
        overlay = self.folder / "overlay"
        found = {str(path.relative_to(overlay)): path for path in overlay.rglob("*") if path.is_file()}
        return found | {str(_KERNELS / self.name / "kernel.json"): self.folder / "kernel.json"}


@dataclass(frozen=True)
class Recipe:
    """What an environment is made of: layers, the lock of the last, our wheels, the interpreter beneath."""

    layers: tuple[Layer, ...]
    wheels: tuple[Path, ...]
    python: Path

    @property
    def lock(self) -> Path:
        """The hash-pinned requirements."""
        return self.layers[-1].folder / "requirements.lock"

    @property
    def overlay(self) -> dict[str, Path]:
        """Files that are laid over the environment by their place in it; those of later layers win."""
        files: dict[str, Path] = {}
        for layer in self.layers:
            files |= layer.files()
        return dict(sorted(files.items()))

    def base(self, target: Path) -> str:
        """What cannot be changed in place: where the environment is, its interpreter, names laid over it."""
        return " ".join([str(self.python.resolve()), str(target.resolve()), *self.overlay])

    def content(self) -> str:
        """SHA-256 of all that is installed: names and bytes of lock, wheels, kernels and overlays."""
        files = {path.name: path for path in (self.lock, *sorted(self.wheels))} | self.overlay
        digest = hashlib.sha256()
        for name, path in files.items():
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Uv:
    """The program uv and the variables it runs with; without any it has the caller's."""

    program: Path
    variables: Mapping[str, str] | None = None


def marker_of(target: Path, recipe: Recipe) -> dict[str, str]:
    """What marks the environment at `target` as made by this very recipe; reads all that it is made of."""
    return {"base": recipe.base(target), "content": recipe.content()}


def found_marker(target: Path) -> dict[str, str]:
    """What marks the environment at `target`; nothing where it is half-made or not there."""
    try:
        found: object = json.loads((target / MARKER).read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def make_environment(target: Path, recipe: Recipe, *, uv: Uv, report: Report) -> bool:
    """Bring the environment at `target` up to `recipe` and say whether anything was done.

    One that is current is left alone, one from an older recipe is changed in place, and one that is
    half-made or stands on another interpreter is made anew. `report` gets a line for each step.
    Raises ToolMissing without uv, Unavailable without the network, DiskTrouble, or PartFailed.
    """
    found, wanted = found_marker(target), marker_of(target, recipe)
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


def _install(target: Path, recipe: Recipe, uv: Uv, report: Report) -> None:
    python = f"--python={target / 'bin' / 'python'}"
    count = sum(1 for line in recipe.lock.read_text().splitlines() if "==" in line)
    report(f"Installing {count} locked packages (the first time up to 300 MB are downloaded)")
    _uv(uv, ("pip", "sync", "--require-hashes", "--compile-bytecode", python, str(recipe.lock)), report)
    if recipe.wheels:
        report(f"Installing {len(recipe.wheels)} packages of EOHub")
        wheels = [str(path) for path in sorted(recipe.wheels)]
        _uv(uv, ("pip", "install", "--no-deps", "--no-index", "--compile-bytecode", python, *wheels), report)
    _uv(uv, ("pip", "check", python), report)


def _lay_over(target: Path, recipe: Recipe) -> None:
    for place, source in recipe.overlay.items():
        laid = target / place
        laid.parent.mkdir(parents=True, exist_ok=True)
        # uv links installed files to its cache: writing into one would change it in every other environment.
        laid.unlink(missing_ok=True)
        shutil.copyfile(source, laid)


def _open_for_reading(target: Path) -> None:
    # Users' servers run under other user ids, and the umask of whoever filled uv's cache is unknown.
    subprocess.run(["chmod", "-R", "a+rX", target], check=True)


def _uv(uv: Uv, arguments: Sequence[str], report: Report) -> None:
    try:
        process = subprocess.Popen(
            [uv.program, "--no-progress", "--color=never", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, umask=0o022, env=None if uv.variables is None else dict(uv.variables),
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
