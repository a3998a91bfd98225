"""How far it is what is made from the documents, so that making it anew can be ended and gone on with."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the version of the code that has begun, and the key of the last item that it has come to."""
    for name in ("begun", "derived_to"):
        op.add_column("derived", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
