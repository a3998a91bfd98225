"""Runs code in a kernel as JupyterLab does: over its WebSocket."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

_LONGEST_SILENCE_SECONDS = 60


async def printed(address: str, headers: Mapping[str, str], kernel: str, code: str) -> str:
    """What code prints in a kernel of the server at `address`, which ends with a slash."""
    url = f"{address.replace('http', 'ws', 1)}api/kernels/{kernel}/channels"
    connection = await websocket_connect(HTTPRequest(url, headers=dict(headers), connect_timeout=60))
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "test"}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    message: dict[str, Any] = {"header": header | {"version": "5.3"}, "parent_header": {}, "metadata": {}}
    await connection.write_message(json.dumps(message | {"content": content, "channel": "shell"}))
    text = ""
    while True:
        answer = await asyncio.wait_for(connection.read_message(), _LONGEST_SILENCE_SECONDS)
        assert answer is not None
        told = json.loads(answer)
        if told["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        text += told["content"].get("text", "") + "\n".join(told["content"].get("traceback", ()))
        if told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
            connection.close()
            return text
