"""The launcher's part in a network of the server's own: make it, have it connected, and notice when that
ends.

The program that connects (pasta) needs no right of root: a network belongs to the account that made it
together with a user namespace, and another process of that account may join both. It has to be started
outside the server's process namespace, so a helper is forked before that is chosen, and waits. Standard
library only.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

from eohub_hub.isolation.namespace import PR_SET_DUMPABLE, LibC
from eohub_hub.isolation.order import NOT_STARTED, Network

_GO = b"."


class Connector:
    """Connects one server's network: make it before any other process is forked, and use `enter` in the
    server's process while the launcher is in `connect`."""

    def __init__(self, network: Network, uid: int | None, output: int) -> None:
        self._network = network
        self._told, self._tell = os.pipe()
        self._made, self._make = os.pipe()
        self._allowed, self._allow = os.pipe()
        self._helper = os.fork()
        if self._helper == 0:
            try:
                self._wait_and_connect(uid, output)
            finally:
                os._exit(NOT_STARTED)

    def enter(self, libc: LibC) -> None:
        """In the server's process, as the server's account: leave the machine's network for one of its own
        and return when that is connected; raises OSError when it cannot be."""
        for end in (self._told, self._tell, self._made, self._allow):
            os.close(end)
        # Who changed the account is closed to that account's other processes until its next program.
        libc.prctl(PR_SET_DUMPABLE, 1)
        uid, gid = os.getuid(), os.getgid()
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
        own = Path("/proc/self")
        (own / "uid_map").write_text(f"{uid} {uid} 1")
        (own / "setgroups").write_text("deny")
        (own / "gid_map").write_text(f"{gid} {gid} 1")
        os.write(self._make, _GO)
        connected = os.read(self._allowed, 1) == _GO
        for end in (self._make, self._allowed):
            os.close(end)
        # It took every right over the new network to get there; none may be left to whoever comes after.
        libc.drop_capabilities()
        libc.prctl(PR_SET_DUMPABLE, 0)
        if not connected:
            raise ConnectionError("its network could not be connected")

    def connect(self, server: int) -> None:
        """In the launcher: have the network of process `server` connected and let that process go on; where
        it fails, that process learns it by the end of a pipe."""
        for end in (self._make, self._allowed, self._told):
            os.close(end)
        with suppress(BrokenPipeError):
            if os.read(self._made, 1) == _GO:
                os.write(self._tell, str(server).encode())
        os.close(self._tell)
        # pasta goes into the background when everything is connected, and ends with a status otherwise.
        _, status = os.waitpid(self._helper, 0)
        if status == 0:
            with suppress(BrokenPipeError):
                os.write(self._allow, _GO)
        for end in (self._made, self._allow):
            os.close(end)

    def _wait_and_connect(self, uid: int | None, output: int) -> None:
        for end in (self._tell, self._made, self._make, self._allowed, self._allow):
            os.close(end)
        process = os.read(self._told, 32).decode()
        if not process:
            return
        nothing = os.open("/dev/null", os.O_RDONLY)
        for number, source in ((0, nothing), (1, output), (2, output)):
            os.dup2(source, number)
        if uid is not None:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        os.chdir("/")
        # Python ignores this one, and the program takes that for a failure of its own.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        program, *words = self._network.argv
        os.execve(program, [*words, process], self._network.environment)  # noqa: S606 no shell in between
