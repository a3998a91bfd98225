"""Runs the migrations on the connection that `eohub_toolkit.db.upgrade` hands over."""

from alembic import context

from eohub_catalogue.index.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
