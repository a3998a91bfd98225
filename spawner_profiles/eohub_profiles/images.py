"""References to container images that people give, and the patterns that they must match as a whole.

The grammar is that of the OCI distribution specification, written in full: a registry with a dot or a port, a
repository, and a tag, a digest or both. Nothing is filled in, so that what is compared is what is pulled.
"""

import re
from dataclasses import dataclass

from eohub_profiles.wording import shown

MAXIMUM_REFERENCE_CHARACTERS = 400
MAXIMUM_NAME_CHARACTERS = 255
ONE = "*"
ANY_DEPTH = "**"

# Each is used with fullmatch only and names its letters, so no other alphabet and no line end gets in.
_HOST_PART = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_REGISTRY = re.compile(rf"(?:localhost|{_HOST_PART}(?:\.{_HOST_PART})+|{_HOST_PART}(?=:))(?::[0-9]{{1,5}})?")
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image as it is pulled; where there are both, a registry obeys the digest and ignores the tag."""

    registry: str
    repository: tuple[str, ...]
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        """Write it as container runtimes read it."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{'/'.join(self.repository)}{tag}{digest}"


@dataclass(frozen=True, slots=True)
class ImagePattern:
    """Which images a line of the policy allows.

    In the repository `*` stands for one part of the path, and `**` at its end for one or more. Without a tag
    and a digest, any of the repository's are allowed.
    """

    registry: str
    repository: tuple[str, ...]
    tag: str | None
    digest: str | None

    def allows(self, image: ImageReference) -> bool:
        """Tell whether the whole reference is one that this pattern allows."""
        if image.registry != self.registry or not self._is_repository(image.repository):
            return False
        if self.digest is not None:
            return image.digest == self.digest
        # Beside an allowed tag, a digest would lead to any other image of the repository.
        return self.tag is None or (image.tag == self.tag and image.digest is None)

    def _is_repository(self, parts: tuple[str, ...]) -> bool:
        own = self.repository
        if own[-1] == ANY_DEPTH:
            if len(parts) < len(own):
                return False
            own, parts = own[:-1], parts[: len(own) - 1]
        return len(own) == len(parts) and all(
            each in (ONE, part) for each, part in zip(own, parts, strict=True)
        )


def parse_image(text: str) -> ImageReference:
    """Read a reference such as `registry.example.org/eo/base:1`. Raises ValueError with what is wrong."""
    registry, repository, tag, digest = _split(text)
    for part in repository:
        if not _COMPONENT.fullmatch(part):
            raise ValueError(f"has {shown(part)} in its path, which is no part of a repository's name")
    if tag is None and digest is None:
        raise ValueError("needs a tag or a digest, such as registry.example.org/eo/base:2026.1")
    return ImageReference(registry, repository, tag, digest)


def parse_pattern(text: str) -> ImagePattern:
    """Read a pattern such as `registry.example.org/eo/*`. Raises ValueError with what is wrong."""
    registry, repository, tag, digest = _split(text)
    for position, part in enumerate(repository):
        if part == ANY_DEPTH and position != len(repository) - 1:
            raise ValueError("may have ** only as the last part of the path")
        if part not in (ONE, ANY_DEPTH) and not _COMPONENT.fullmatch(part):
            raise ValueError(
                f"has {shown(part)} in its path; a part is a name, * (one part) or ** (one or more, last)"
            )
    return ImagePattern(registry, repository, tag, digest)


def _split(text: str) -> tuple[str, tuple[str, ...], str | None, str | None]:
    if len(text) > MAXIMUM_REFERENCE_CHARACTERS:
        raise ValueError(f"must have at most {MAXIMUM_REFERENCE_CHARACTERS} characters")
    name, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise ValueError("must have sha256: and 64 (or sha512: and 128) digits 0-9 a-f after the @")
    registry, slash, path = name.partition("/")
    if not slash or not _REGISTRY.fullmatch(registry):
        raise ValueError(
            "must begin with a registry's host name and a slash, such as registry.example.org/,"
            f" not {shown(text)}"
        )
    path, colon, tag = path.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise ValueError(
            f"has the tag {shown(tag)}, which is not letters, digits, dots, hyphens and underscores"
        )
    if len(registry) + 1 + len(path) > MAXIMUM_NAME_CHARACTERS:
        raise ValueError(f"must have at most {MAXIMUM_NAME_CHARACTERS} characters before the tag")
    return registry, tuple(path.split("/")), tag if colon else None, digest if at else None
