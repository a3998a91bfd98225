"""What of the machine's network a user's server reaches. Pure."""

from collections.abc import Mapping

from eohub_hub.isolation.network import loopback_ports, title
from eohub_hub.isolation.order import Network
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.process import INSTANCE_VARIABLE, SERVER_VARIABLE


def network_of(isolation: Isolation, port: int, variables: Mapping[str, str]) -> Network | None:
    """The network of a server with that environment that listens on `port`; None where servers share the
    machine's.

    Of the machine's loopback it reaches what its own environment names, and nothing else: an address that a
    server is told is one that it may use.
    """
    if not isolation.separates_accounts or isinstance(isolation.network, str):
        return None
    marks = {name: variables[name] for name in (INSTANCE_VARIABLE, SERVER_VARIABLE)}
    shown = title(marks[INSTANCE_VARIABLE], marks[SERVER_VARIABLE])
    return isolation.network.network(shown, port, loopback_ports(variables.values()) - {port}, marks)
