"""`python -m eohub_hub.local -f FILE` runs the hub of the one-machine stack; `eohub up` calls it."""

import logging
import os

from eohub_hub.local.hub import LocalHub

if __name__ == "__main__":
    LocalHub.launch_instance()
    # All is stopped and committed. Taking the heap apart object by object would hold up the end by a second.
    logging.shutdown()
    os._exit(0)
