"""Strict YAML: plain values with the line of each field, bounded in bytes, depth and count.

The scalars are those of YAML 1.2 (`no` and `2026-01-01` are text), written plainly (no octal, no `1:30`).
Aliases, tags and repeated fields are faults.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import yaml

from eohub_profiles.faults import Fault, FieldPath, field_name
from eohub_profiles.wording import shown

MAXIMUM_BYTES = 64 * 1024
MAXIMUM_DEPTH = 8
MAXIMUM_NODES = 5_000
MAXIMUM_PROBLEM_CHARACTERS = 120

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_TAG = "tag:yaml.org,2002:"
# What YAML 1.1 (and so PyYAML) sees in plain text that YAML 1.2 does not.
_TEXT_TAGS = {_TAG + "str", _TAG + "timestamp", _TAG + "merge", _TAG + "value"}


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of one file, the line (from 1) of each path in it, and what is wrong with its text."""

    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    lines: Mapping[FieldPath, int] = field(default_factory=dict[FieldPath, int])
    faults: tuple[Fault, ...] = ()


def read_document(file: str, content: bytes) -> Document:
    """Read a file's bytes as a mapping; whatever is wrong with them becomes faults, nothing is raised."""
    if len(content) > MAXIMUM_BYTES:
        return _unreadable(file, 1, f"is larger than {MAXIMUM_BYTES // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _unreadable(file, line, "is not UTF-8 text; save it with the encoding UTF-8")
    try:
        fault = _out_of_bounds(file, text)
        node = None if fault else yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return _broken(file, text, error)
    except yaml.YAMLError as error:
        position = cast(int, getattr(error, "position", 0))
        line = text.count("\n", 0, position) + 1
        return _unreadable(file, line, "has a character that YAML does not allow")
    except (ValueError, OverflowError):
        # PyYAML lets these out for an escape such as "\UFFFFFFFF".
        return _unreadable(file, 1, "has a value that YAML does not allow")
    if fault:
        return Document(faults=(fault,))
    if node is None or node.tag == _TAG + "null":
        return _unreadable(file, 1, "is empty")
    if not isinstance(node, yaml.MappingNode):
        return _unreadable(file, node.start_mark.line + 1, "must be a mapping of fields, such as name: small")
    return _Reader(file).read(node)


def _unreadable(file: str, line: int, message: str) -> Document:
    return Document(faults=(Fault(file, line, None, message),))


def _broken(file: str, text: str, error: yaml.MarkedYAMLError) -> Document:
    mark = cast(yaml.Mark, error.problem_mark)
    if text[mark.index : mark.index + 1] == "\t":
        return _unreadable(file, mark.line + 1, "has a tab; YAML allows only spaces there")
    # Some of PyYAML's sentences quote the text, whatever its length.
    problem = str(error.problem)[:MAXIMUM_PROBLEM_CHARACTERS]
    return _unreadable(file, mark.line + 1, f"is not YAML: {problem} (column {mark.column + 1})")


def _out_of_bounds(file: str, text: str) -> Fault | None:
    # Events are read one by one, so a hostile file is left before anything grows: composing it would recurse.
    depth = nodes = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = cast(yaml.Mark, event.start_mark).line + 1
        if isinstance(event, yaml.AliasEvent):
            return Fault(file, line, None, "has an alias (*name); write the value out instead")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAXIMUM_DEPTH:
            return Fault(file, line, None, f"is nested more than {MAXIMUM_DEPTH} levels deep")
        if nodes > MAXIMUM_NODES:
            return Fault(file, line, None, f"has more than {MAXIMUM_NODES} values")
    return None


class _Reader:
    """Turns one file's nodes into values and gathers lines and faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[FieldPath, int] = {}
        self.faults: list[Fault] = []

    def read(self, root: yaml.MappingNode) -> Document:
        self.lines[()] = root.start_mark.line + 1
        fields = self._mapping(root, ())
        return Document(fields, self.lines, tuple(self.faults))

    def _fault(self, node: yaml.Node, path: FieldPath, message: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, field_name(path), message))

    def _value(self, node: yaml.Node, path: FieldPath) -> object:
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return self._sequence(node, path)
            case yaml.ScalarNode():
                return self._scalar(node, path)
            case _:
                self._fault(node, path, f"has the tag {shown(node.tag)}; tags are not used here")
                return None

    def _mapping(self, node: yaml.MappingNode, path: FieldPath) -> dict[str, object]:
        fields: dict[str, object] = {}
        for key, value in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _TEXT_TAGS:
                self._fault(key, path, "has a field name that is not text")
                continue
            name = cast(str, key.value)
            here = (*path, name)
            if here in self.lines:
                self._fault(key, here, f"is written twice, first in line {self.lines[here]}")
                continue
            self.lines[here] = key.start_mark.line + 1
            fields[name] = self._value(value, here)
        return fields

    def _sequence(self, node: yaml.SequenceNode, path: FieldPath) -> tuple[object, ...]:
        entries: list[object] = []
        for position, entry in enumerate(cast(list[yaml.Node], node.value)):
            here = (*path, position)
            self.lines[here] = entry.start_mark.line + 1
            entries.append(self._value(entry, here))
        return tuple(entries)

    def _scalar(self, node: yaml.ScalarNode, path: FieldPath) -> object:
        text, kind = cast(str, node.value), node.tag.removeprefix(_TAG)
        if node.tag in _TEXT_TAGS:
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return {"true": True, "false": False}.get(text.lower(), text)
        if kind == "int" and _INTEGER.fullmatch(text):
            return int(text)
        if kind == "float" and _FLOAT.fullmatch(text):
            return float(text)
        if kind in ("int", "float"):
            self._fault(node, path, f"must be a number written plainly, such as 2 or 0.5, not {shown(text)}")
        else:
            self._fault(node, path, f"has the tag {shown(node.tag)}; tags are not used here")
        return None
