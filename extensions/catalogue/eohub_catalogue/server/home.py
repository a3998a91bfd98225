"""Paths as people type them: below the home folder, with no way out by `..` or by a link."""

from pathlib import Path

from eohub_toolkit.errors import Conflict, Invalid

_LONGEST = 4096
_HINT = "Give a path below your home folder, such as data/catalogue."


class Home:
    """A person's home folder. Sentences name paths as the person sees them, never the machine's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def existing(self, typed: str) -> Path:
        """A file or folder that is there, links followed; raises Invalid."""
        path = self._inside(typed)
        if not path.exists():
            raise Invalid(f"There is no {self.shown(path)}.", hint=_HINT)
        return path

    def path_of(self, kept: str, *, trusted: bool) -> Path:
        """Where something lies that may be gone meanwhile; what the site names may lie outside."""
        return (self._folder / _below(kept)).resolve() if trusted else self._inside(kept)

    def new(self, typed: str) -> Path:
        """A place where nothing is yet, in a folder that is there; raises Invalid or Conflict."""
        path = self._inside(typed)
        if path.exists() or path.is_symlink():
            raise Conflict(f"{self.shown(path)} is there already.", hint="Choose another name.")
        if not path.parent.is_dir():
            raise Invalid(f"There is no folder {self.shown(path.parent)}.", hint="Make it first.")
        return path

    def shown(self, path: Path) -> str:
        """The path as the person knows it."""
        return "~" if path == self._folder else f"~/{path.relative_to(self._folder)}"

    def kept(self, path: Path) -> str:
        """The path as a setting or a file holds it: relative to the home folder."""
        return str(path.relative_to(self._folder))

    def _inside(self, typed: str) -> Path:
        text = typed.strip()
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise Invalid("This cannot be read as a path.", hint=_HINT)
        try:
            path = (self._folder / _below(text)).resolve()
        except (OSError, RuntimeError, ValueError):
            raise Invalid("This path leads in a circle.", hint=_HINT) from None
        if not path.is_relative_to(self._folder):
            raise Invalid(f"{text[:200]} lies outside of your home folder.", hint=_HINT)
        return path


def _below(text: str) -> str:
    return text[1:].lstrip("/") if text == "~" or text.startswith("~/") else text
