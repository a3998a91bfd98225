"""The demo accounts: made on the first start, their passwords shown at every start."""

import json
from pathlib import Path

from eohub_hub.accounts import create_demo_accounts
from eohub_hub.local.errors import BrokenState, disk_trouble
from eohub_hub.local.files import write_atomically


def make_accounts(accounts: Path, passwords: Path) -> None:
    """Write the accounts file and the readable passwords, unless there are accounts; raises DiskTrouble."""
    if accounts.exists():
        return
    beside = accounts.with_name(f".{accounts.name}.new")
    try:
        made = create_demo_accounts(beside)
        write_atomically(passwords, json.dumps(made, indent=2).encode())
        # Last, because its presence says that everything is there.
        beside.replace(accounts)
    except OSError as error:
        raise disk_trouble(error, accounts) from error


def shown_passwords(passwords: Path) -> dict[str, str]:
    """Passwords by user name; none when the file was removed, as a site with accounts of its own does."""
    try:
        found = json.loads(passwords.read_text())
        return {str(name): str(password) for name, password in found.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError):
        raise BrokenState(f"{passwords} does not hold passwords.", hint="Remove it.") from None
