"""Alembic's environment: the caller gives the connection, see `eohub_toolkit.db.upgrade`."""

from alembic import context

# JupyterHub keeps its own `alembic_version`: both may live in one database.
context.configure(connection=context.config.attributes["connection"], version_table="people_version")

with context.begin_transaction():
    context.run_migrations()
