"""What processes say of themselves, any of which may end while it is looked at.

Only an end is passed over: one that lives and does not let itself be looked at raises psutil.AccessDenied,
since a check that has not looked must not pass.
"""

import psutil


def words_of(process: psutil.Process) -> list[str]:
    """The command line; empty where the process has ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def variables_of(process: psutil.Process) -> dict[str, str]:
    """The environment; empty where the process has ended."""
    try:
        return process.environ()
    except psutil.NoSuchProcess:
        return {}


def listening_addresses_of(process: psutil.Process) -> set[str]:
    """The IP addresses that it listens at; none where it has ended."""
    try:
        sockets = process.net_connections("inet")
    except psutil.NoSuchProcess:
        return set()
    return {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}
