"""The one place that reads files: a policy's folder to a `Policy`, or every fault in it at once."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from eohub_profiles.document import MAXIMUM_BYTES, Document, read_document
from eohub_profiles.faults import Fault, PolicyError, faults_of
from eohub_profiles.model import Policy, Profile, SiteRules
from eohub_profiles.wording import shown

RULES_FILE = "policy.yaml"
PROFILES_FOLDER = "profiles"
MAXIMUM_PROFILES = 100


def load(directory: Path) -> Policy:
    """Read policy.yaml and profiles/*.yaml below `directory`; profiles come sorted by price, memory and name.

    Raises PolicyError with every fault of every file.
    """
    faults: list[Fault] = []
    rules = _read(directory, RULES_FILE, SiteRules, faults)
    profiles = _read_profiles(directory, faults)
    if faults or rules is None:
        raise PolicyError(faults)
    profiles.sort(key=lambda profile: (profile.price_micro_eur_per_hour, profile.memory_bytes, profile.name))
    return Policy(**dict(rules), profiles=tuple(profiles))


def _read_profiles(directory: Path, faults: list[Fault]) -> list[Profile]:
    files = _profile_files(directory, faults)
    first_file: dict[str, str] = {}
    profiles: list[Profile] = []
    for file in files:
        document = _document(directory, file)
        name = document.fields.get("name")
        if isinstance(name, str) and first_file.setdefault(name, file) != file:
            message = f"the profile {shown(name)} is already in {first_file[name]}; each needs its own name"
            faults.append(Fault(file, document.lines[("name",)], "name", message))
        profile = _validated(file, document, Profile, faults)
        if profile is not None:
            profiles.append(profile)
    return profiles


def _profile_files(directory: Path, faults: list[Fault]) -> list[str]:
    try:
        # Names that begin with a dot are an editor's or Kubernetes' own (`..data` in a mounted ConfigMap).
        names = sorted(
            path.name for path in (directory / PROFILES_FOLDER).iterdir() if not path.name.startswith(".")
        )
    except OSError as error:
        faults.append(Fault(PROFILES_FOLDER, None, None, f"cannot be read: {error.strerror}"))
        return []
    for name in names:
        if not name.isprintable():
            message = f"has a file whose name is not plain text: {shown(name)}"
            faults.append(Fault(PROFILES_FOLDER, None, None, message))
        elif name.lower().endswith((".yml", ".yaml")) and not name.endswith(".yaml"):
            message = "would be overlooked; rename it so that it ends in .yaml"
            faults.append(Fault(_relative(name), None, None, message))
    files = [_relative(name) for name in names if name.endswith(".yaml") and name.isprintable()]
    if not files:
        faults.append(Fault(PROFILES_FOLDER, None, None, "has no profile; add a file such as small.yaml"))
    if len(files) > MAXIMUM_PROFILES:
        message = f"has {len(files)} profiles, more than {MAXIMUM_PROFILES}"
        faults.append(Fault(PROFILES_FOLDER, None, None, message))
    return files[:MAXIMUM_PROFILES]


def _relative(name: str) -> str:
    return f"{PROFILES_FOLDER}/{name}"


def _read[M: BaseModel](directory: Path, file: str, model: type[M], faults: list[Fault]) -> M | None:
    return _validated(file, _document(directory, file), model, faults)


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


def _validated[M: BaseModel](file: str, document: Document, model: type[M], faults: list[Fault]) -> M | None:
    faults.extend(document.faults)
    if not document.lines:
        return None
    try:
        return model.model_validate(document.fields)
    except ValidationError as error:
        # A value that the reader already refused arrives here as None; one fault for it is enough.
        told = {(fault.line, fault.field) for fault in document.faults}
        found = faults_of(error, model, file, document.lines)
        faults.extend(fault for fault in found if (fault.line, fault.field) not in told)
        return None
