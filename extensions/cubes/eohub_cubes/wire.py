"""The forms of wire types: names, addresses, and the base of every model."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

LONGEST_ADDRESS = 4_096
LONGEST_NAME = 1_024
MOST_ASSETS = 100
MOST_DIMENSIONS = 20
MOST_FILES = 10_000
MOST_GROUPS = 500
MOST_REFUSALS = 200
MOST_VARIABLES = 500
"""A description shows the first of more variables, and says how many there are."""


class Wire(BaseModel):
    """A model that crosses a wire: immutable, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Name = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Address = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_ADDRESS, pattern=r"^[^\x00-\x1f\x7f\\]+$")
]
"""s3://, https://, http:// or a path; never with a user, a password or a key in it."""
