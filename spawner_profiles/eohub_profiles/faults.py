"""What is wrong in a policy's files: each fault with its file, line and field, all of them in one error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from eohub_profiles.wording import SHOWN_CHARACTERS, did_you_mean, kind_of, listed, shown

SHOWN_FAULTS = 50
FieldPath = tuple[str | int, ...]

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "a mapping of names to texts",
    "model_type": "a mapping of fields",
    "model_attributes_type": "a mapping of fields",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct: the file (relative to the policy's folder), the line from 1, and the field."""

    file: str
    line: int | None
    field: str | None
    message: str

    def __str__(self) -> str:
        """Write `file:line: field: message`, which editors can follow."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}" if self.field is None else f"{where}: {self.field}: {self.message}"


class PolicyError(Exception):
    """The policy cannot be used; `faults` holds every fault of every file, the text shows the first 50."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line or 0)))
        count = len(self.faults)
        lines = [f"The policy cannot be used: {count} fault{'' if count == 1 else 's'}."]
        lines += [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if count > SHOWN_FAULTS:
            lines.append(f"... and {count - SHOWN_FAULTS} more.")
        super().__init__("\n".join(lines))


def field_name(path: FieldPath) -> str | None:
    """Write a path into a document as `environments[0].title`; None for the document itself."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            plain = step.isprintable() and len(step) <= SHOWN_CHARACTERS
            text += f".{step if plain else shown(step)}"
    return text.removeprefix(".") or None


def faults_of(
    error: ValidationError, model: type[BaseModel], file: str, lines: Mapping[FieldPath, int]
) -> list[Fault]:
    """Translate a model's validation errors; `lines` has the line of each path, `()` for the document."""
    return [
        Fault(file, _line_of(detail["loc"], lines), field_name(detail["loc"]), _message(detail, model))
        for detail in error.errors(include_url=False)
    ]


def _line_of(path: FieldPath, lines: Mapping[FieldPath, int]) -> int:
    # A missing field has no line of its own: the nearest thing around it has, at last the document itself.
    return next(lines[path[:length]] for length in range(len(path), -1, -1) if path[:length] in lines)


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _EXPECTED:
        return f"must be {_EXPECTED[kind]}, not {kind_of(detail['input'])}"
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            known = _fields_at(model, detail["loc"][:-1])
            hint = did_you_mean(str(detail["loc"][-1]), known)
            return f"is not a known field{hint or '.'} Known fields: {listed(known)}"
        case "value_error":
            return str(context["error"])
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "literal_error":
            return f"must be {context['expected']}"
        case "too_long":
            return f"must have at most {context['max_length']} entries"
        case _:
            return detail["msg"]


def _fields_at(model: type[BaseModel], path: FieldPath) -> list[str]:
    for step in path:
        if isinstance(step, str):
            field = next(field for name, field in model.model_fields.items() if step in (name, field.alias))
            model = _model_within(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_within(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_within, get_args(annotation))), None)
