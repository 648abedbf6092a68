"""A TCP proxy between a service and a server. It can lose contact, vanish, be slow, and choose between servers."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Sequence

from loket_local.ports import LOOPBACK, find_free

CHUNK = 65_536


class Proxy:
    """Listens on `port` and forwards to the first of `upstreams` that accepts a connection.

    `tls`: its side of TLS, which it ends; upstream everything is in clear.
    """

    def __init__(self, upstreams: Sequence[int], tls: ssl.SSLContext | None = None) -> None:
        self.upstreams = list(upstreams)
        self._tls = tls
        (self.port,) = find_free(1)
        self._delay = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy {self.port}", daemon=True)
        self._thread.start()
        self._do(self._listen)

    def cut(self) -> None:
        """Let no bytes through in either direction; connections stay open, as when a cable is pulled."""
        self._do(self._set_open, False)

    def mend(self) -> None:
        self._do(self._set_open, True)

    def vanish(self) -> None:
        """Refuse new connections and reset those that exist, as when the process of the server was killed."""
        self._do(self._vanish)

    def reappear(self) -> None:
        self._do(self._listen)

    def slow_down(self, delay: float) -> None:
        """Add a delay in seconds to each chunk of bytes, in each direction."""
        self._delay = delay

    def close(self) -> None:
        self._do(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Callable[..., object], *arguments: object) -> None:
        async def do() -> None:
            result = work(*arguments)
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(10)

    def _set_open(self, is_open: bool) -> None:
        (self._open.set if is_open else self._open.clear)()

    async def _listen(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port, ssl=self._tls)

    async def _vanish(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _close(self) -> None:
        await self._vanish()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the callback of asyncio's server expects no such end
                await self._forward(reader, writer)
        finally:
            self._tasks.discard(task)
            self._writers = {each for each in self._writers if not each.is_closing()} - {writer}
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        for port in self.upstreams:
            with contextlib.suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(LOOPBACK, port)
                self._writers.add(far_writer)
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
                return

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
