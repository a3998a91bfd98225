"""Alembic's environment: the caller gives the connection, see `eohub_toolkit.db.upgrade`."""

from alembic import context

# The registry of persons lives in the same database.
context.configure(connection=context.config.attributes["connection"], version_table="notices_version")

with context.begin_transaction():
    context.run_migrations()
