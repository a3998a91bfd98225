"""What processes say of themselves, any of which may end while it is looked at."""

import psutil


def words_of(process: psutil.Process) -> list[str]:
    """The command line; empty where the process has ended or does not let itself be looked at."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def variables_of(process: psutil.Process) -> dict[str, str]:
    """The environment; empty where the process has ended or does not let itself be looked at."""
    try:
        return process.environ()
    except psutil.Error:
        return {}


def listening_addresses_of(process: psutil.Process) -> set[str]:
    """The IP addresses that it listens at; none where it has ended."""
    try:
        sockets = process.net_connections("inet")
    except psutil.Error:
        return set()
    return {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}
