"""The hub's log: addresses are written without the values of their queries."""

import logging
import re

from jupyterhub.log import CoroutineLogFormatter

HIDDEN = "[hidden]"
_QUERY_VALUE = re.compile(r"([?&][^\s?&=\"'<>]{1,100}=)[^\s&\"'<>]+")


class HubLogFormatter(CoroutineLogFormatter):
    """JupyterHub's form of a line, with what stands in queries taken out wherever an address is named.

    JupyterHub hides values of names that it knows, and in its list of requests only: the sentence on a failed
    request or a broken stream has the whole address, with the token that guards forms.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the record, traceback included."""
        return without_query_values(super().format(record))


def without_query_values(text: str) -> str:
    """`text` in which `?name=value&other=value` keeps its names only."""
    return _QUERY_VALUE.sub(rf"\1{HIDDEN}", text)
