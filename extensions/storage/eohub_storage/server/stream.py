"""Objects through this server, for browsers that cannot reach S3: in pieces, whatever their size."""

from contextlib import suppress
from typing import Any, override
from urllib.parse import quote
from uuid import uuid4

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from pydantic import ValidationError
from tornado import web
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError

from eohub_storage.contract import ObjectQuery, ObjectRow
from eohub_storage.drive import check_key
from eohub_storage.errors import UnusableKey
from eohub_storage.ports import Upload
from eohub_storage.server.parts import Drive
from eohub_toolkit.errors import EohubError, problem_of

LARGEST_UPLOAD = 50 * 2**30
"""Bytes of one object through this server; more goes by boto3 in a notebook."""


def stream_handler(base_url: str, prefix: str, drive: Drive) -> Any:
    """GET and PUT of `/stream?bucket=...&key=...`."""
    return (url_path_join(base_url, prefix, "stream"), StreamHandler, {"drive": drive})


@web.stream_request_body
class StreamHandler(APIHandler):
    """Passes one object on; the body of a PUT is never whole in memory."""

    @override
    def initialize(self, drive: Drive) -> None:  # type: ignore[override]
        """Know the drive."""
        self._store = drive.store
        self._upload: Upload | None = None
        self._failure: Exception | None = None

    @override
    async def prepare(self) -> None:
        """Refuse strangers and forged forms before the first byte is taken; other refusals wait for the last,
        since a browser hears none while it sends."""
        await super().prepare()  # pyright: ignore[reportGeneralTypeIssues]
        if self.current_user is None:
            raise web.HTTPError(403)
        if self.request.method == "PUT":
            self.request.connection.set_max_body_size(LARGEST_UPLOAD)  # type: ignore[union-attr]
            try:
                query = self._query()
                check_key(query.key)
                replace = self.get_query_argument("replace", "true") != "false"
                self._upload = await self._store.upload(query.bucket, query.key, replace=replace)
            except Exception as error:
                self._failure = error

    @override
    async def data_received(self, chunk: bytes) -> None:
        """Pass a piece of the body on; after a failure the rest is dropped."""
        if self._upload is None:
            return
        try:
            await self._upload.send(chunk)
        except Exception as error:
            await self._give_up(error)

    @web.authenticated
    async def put(self) -> None:
        """Make the object once its whole body was passed on."""
        if self._upload is not None:
            try:
                facts = await self._upload.finish()
            except Exception as error:
                await self._give_up(error)
            else:
                row = ObjectRow(key=facts.key, size=facts.size, modified=facts.modified)
                self.set_header("Content-Type", "application/json")
                self.finish(row.model_dump_json())
                return
        self._refuse(self._failure or UnusableKey("The address names no object."))

    @web.authenticated
    async def get(self) -> None:
        """Send the object as a file to save."""
        try:
            query = self._query()
            async with self._store.download(query.bucket, query.key) as found:
                name = quote(query.key.rpartition("/")[2], safe="")
                self.set_header("Content-Type", "application/octet-stream")
                self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
                self.set_header("Content-Length", str(found.facts.size))
                async for piece in found.pieces:
                    self.write(piece)
                    await self.flush()
        except StreamClosedError:
            return
        except Exception as error:
            self._refuse(error)
            return
        self.finish()

    @override
    def on_connection_close(self) -> None:
        """Drop the parts of an upload that the person cancelled."""
        super().on_connection_close()
        if self._upload is not None:
            IOLoop.current().spawn_callback(self._give_up, ConnectionError("The browser has gone."))

    async def _give_up(self, error: Exception) -> None:
        upload, self._upload, self._failure = self._upload, None, error
        if upload is not None:
            with suppress(EohubError):
                await upload.abort()

    def _query(self) -> ObjectQuery:
        sent = {name: self.get_query_argument(name, "") for name in ("bucket", "key")}
        try:
            return ObjectQuery.model_validate(sent)
        except ValidationError:
            raise UnusableKey("The address names no object.") from None

    def _refuse(self, error: Exception) -> None:
        if self._headers_written:
            # Too late for an answer: a broken connection is how the browser learns that bytes are missing.
            self.request.connection.stream.close()  # type: ignore[union-attr]
            return
        trace_id = uuid4().hex
        status, problem = problem_of(error, trace_id)
        if status == 500:
            self.log.error("EOHub transfer failed, trace_id %s", trace_id, exc_info=error)
        self.set_status(status)
        self.clear_header("Content-Length")
        self.clear_header("Content-Disposition")
        self.set_header("Content-Type", "application/json")
        self.finish(problem.model_dump_json(exclude_none=True))
