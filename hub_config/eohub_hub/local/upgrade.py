"""JupyterHub's database after a change of versions: copied first, then brought up to date.

Our own databases are brought up to date by those who open them, each in one transaction.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from jupyterhub.dbutil import ALEMBIC_DIR, write_alembic_ini

from eohub_hub.local.backup.write import copy_database
from eohub_hub.local.commands import run_to_end
from eohub_hub.local.errors import BrokenState, NewerState
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import Tools

_LONGEST_SECONDS = 600.0


def upgrade_database(state: StateFolder, tools: Tools, report: Callable[[str], None]) -> Path | None:
    """Bring JupyterHub's database to the schema of the JupyterHub that is installed.

    Returns the copy of what was before, None where nothing had to be done. Raises NewerState for a schema
    that this JupyterHub does not know, and BrokenState where it fails; then the database is as it was.
    """
    database = state.root / "hub" / "jupyterhub.sqlite"
    before = outdated_revision(database)
    if before is None:
        return None
    report(f"Bringing the hub's database up to date (from {before})")
    under_way = database.with_name(f"{database.name}.upgrading")
    # What a try that was killed has left was made before that try changed anything.
    if not under_way.exists():
        draft = under_way.with_name(f".{under_way.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        copy_database(database, draft)
        draft.replace(under_way)
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "alembic.ini")
        write_alembic_ini(str(configuration), f"sqlite:///{database}")
        command = [str(tools.python), "-m", "alembic", "-c", str(configuration), "upgrade", "head"]
        ended = run_to_end(command, seconds=_LONGEST_SECONDS)
    if not ended.succeeded:
        copy_database(under_way, database)
    copy = under_way.replace(database.with_name(f"{database.name}.before-{newest_revision()}"))
    if not ended.succeeded:
        sentence = f"The hub's database could not be brought up to date: {ended.last_line.removesuffix('.')}."
        raise BrokenState(sentence, hint=f"It is as it was. A copy is in {copy}.")
    return copy


def outdated_revision(database: Path) -> str | None:
    """The schema of a database that is older than that of the JupyterHub here, None where it is not.

    Raises NewerState for a schema that is not known here.
    """
    revision = revision_of(database)
    if revision is None or revision == newest_revision():
        return None
    if revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise NewerState(
            f"{database} was written by a newer JupyterHub (schema {revision[:40]}).",
            hint="Use the newer EOHub, or restore a backup that this one has made.",
        )
    return revision


def revision_of(database: Path) -> str | None:
    """The schema that a database says it has; None for a new one."""
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as reading:
            row = reading.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        raise BrokenState(f"{database} is no database: {error}.", hint="Restore a backup.") from error
    return str(row[0]) if row else None


def newest_revision() -> str:
    """The schema of the JupyterHub that is installed here."""
    return str(_scripts().get_current_head())


def _scripts() -> ScriptDirectory:
    configuration = Config()
    configuration.set_main_option("script_location", ALEMBIC_DIR.replace("%", "%%"))
    return ScriptDirectory.from_config(configuration)
