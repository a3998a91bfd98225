"""The hub's log: a message is one line, and addresses are written without the values of their queries."""

import copy
import logging
import re

from jupyterhub.log import CoroutineLogFormatter

from eohub_hub.printable import printable

HIDDEN = "[hidden]"
_QUERY_VALUE = re.compile(r"([?&][^\s?&=\"'<>]{1,100}=)[^\s&\"'<>]+")


class HubLogFormatter(CoroutineLogFormatter):
    """JupyterHub's form of a line, with what stands in queries taken out wherever an address is named.

    JupyterHub hides values of names that it knows, and in its list of requests only: the sentence on a failed
    request or a broken stream has the whole address, with the token that guards forms.
    And it writes what people send as they send it: a name could clear a terminal, or forge a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the record, traceback included."""
        return without_query_values(super().format(self._readable(record)))

    def _readable(self, record: logging.LogRecord) -> logging.LogRecord:
        found = copy.copy(record)
        try:
            found.msg, found.args = printable(record.getMessage()), ()
        except Exception:
            return record  # Tornado says what is wrong with it
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            found.exc_text = "\n".join(map(printable, trace.split("\n")))
        return found


def without_query_values(text: str) -> str:
    """`text` in which `?name=value&other=value` keeps its names only."""
    return _QUERY_VALUE.sub(rf"\1{HIDDEN}", text)
