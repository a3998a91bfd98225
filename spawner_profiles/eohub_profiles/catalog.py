"""The one place that reads files: a policy's folder to a `Policy`, or every fault in it at once."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from eohub_profiles.document import MAXIMUM_BYTES, Document, read_document
from eohub_profiles.faults import Fault, PolicyError, faults_of
from eohub_profiles.model import Mount, Policy, Profile, SiteRules
from eohub_profiles.references import Written, dangling_references
from eohub_profiles.wording import shown

RULES_FILE = "policy.yaml"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the policy in which each file holds one thing with a name of its own."""

    name: str
    what: str
    maximum: int
    must_hold_some: bool


PROFILES = Folder("profiles", "profile", 100, must_hold_some=True)
MOUNTS = Folder("mounts", "mount", 100, must_hold_some=False)


def load(directory: Path) -> Policy:
    """Read policy.yaml, profiles/*.yaml and mounts/*.yaml (which need not be there) below `directory`.

    Profiles come sorted by price, memory and name, mounts by name. Raises PolicyError with every fault of
    every file.
    """
    faults: list[Fault] = []
    rules = _validated(RULES_FILE, _document(directory, RULES_FILE), SiteRules, faults)
    profiles = _read_all(directory, PROFILES, Profile, faults)
    mounts = _read_all(directory, MOUNTS, Mount, faults)
    if rules is not None and not faults:
        faults.extend(dangling_references(rules, profiles, mounts))
    if faults or rules is None:
        raise PolicyError(faults)
    return Policy(
        **dict(rules.value),
        profiles=tuple(sorted((each.value for each in profiles), key=_by_price)),
        mounts=tuple(sorted((each.value for each in mounts), key=lambda mount: mount.name)),
    )


def signature(directory: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What tells, without reading them, that files were changed: each one's name, inode, size and time."""
    found: list[tuple[str, int, int, int]] = []
    for path in (directory / RULES_FILE, *_paths(directory, PROFILES), *_paths(directory, MOUNTS)):
        try:
            status = path.stat()
        except OSError:
            found.append((str(path), 0, -1, 0))
        else:
            found.append((str(path), status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _by_price(profile: Profile) -> tuple[int, int, str]:
    return (profile.price_micro_eur_per_hour, profile.memory_bytes, profile.name)


def _paths(directory: Path, folder: Folder) -> list[Path]:
    try:
        found = sorted(path for path in (directory / folder.name).iterdir() if path.suffix == ".yaml")
    except OSError:
        return []
    return [path for path in found if not path.name.startswith(".")][: folder.maximum + 1]


def _read_all[M: (Profile, Mount)](
    directory: Path, folder: Folder, model: type[M], faults: list[Fault]
) -> list[Written[M]]:
    first_file: dict[str, str] = {}
    found: list[Written[M]] = []
    for file in _files(directory, folder, faults):
        document = _document(directory, file)
        name = document.fields.get("name")
        if isinstance(name, str) and first_file.setdefault(name, file) != file:
            what = f"the {folder.what} {shown(name)}"
            message = f"{what} is already in {first_file[name]}; each needs its own name"
            faults.append(Fault(file, document.lines[("name",)], "name", message))
        written = _validated(file, document, model, faults)
        if written is not None:
            found.append(written)
    return found


def _files(directory: Path, folder: Folder, faults: list[Fault]) -> list[str]:
    try:
        # Names that begin with a dot are an editor's or Kubernetes' own (`..data` in a mounted ConfigMap).
        paths = (directory / folder.name).iterdir()
        names = sorted(path.name for path in paths if not path.name.startswith("."))
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not folder.must_hold_some:
            return []
        faults.append(Fault(folder.name, None, None, f"cannot be read: {error.strerror}"))
        return []
    for name in names:
        if not name.isprintable():
            message = f"has a file whose name is not plain text: {shown(name)}"
            faults.append(Fault(folder.name, None, None, message))
        elif name.lower().endswith((".yml", ".yaml")) and not name.endswith(".yaml"):
            message = "would be overlooked; rename it so that it ends in .yaml"
            faults.append(Fault(f"{folder.name}/{name}", None, None, message))
    files = [f"{folder.name}/{name}" for name in names if name.endswith(".yaml") and name.isprintable()]
    if folder.must_hold_some and not files:
        message = f"has no {folder.what}; add a file such as small.yaml"
        faults.append(Fault(folder.name, None, None, message))
    if len(files) > folder.maximum:
        message = f"has {len(files)} {folder.what}s, more than {folder.maximum}"
        faults.append(Fault(folder.name, None, None, message))
    return files[: folder.maximum]


def _document(directory: Path, file: str) -> Document:
    path = directory / file
    try:
        if path.exists() and not path.is_file():
            return Document(faults=(Fault(file, None, None, "is not a file"),))
        with path.open("rb") as stream:
            # One byte more than allowed tells a file that is too large without reading all of it.
            content = stream.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        return Document(faults=(Fault(file, None, None, f"cannot be read: {error.strerror}"),))
    return read_document(file, content)


def _validated[M: BaseModel](
    file: str, document: Document, model: type[M], faults: list[Fault]
) -> Written[M] | None:
    faults.extend(document.faults)
    if not document.lines:
        return None
    try:
        return Written(file, document.lines, model.model_validate(document.fields))
    except ValidationError as error:
        # A value that the reader already refused arrives here as None; one fault for it is enough.
        told = {(fault.line, fault.field) for fault in document.faults}
        found = faults_of(error, model, file, document.lines)
        faults.extend(fault for fault in found if (fault.line, fault.field) not in told)
        return None
