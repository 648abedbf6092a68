"""Provider servers on real sockets. A test sets how each behaves."""

from __future__ import annotations

import asyncio
import json
import socketserver
import threading
import time
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import smpplib.consts as codes
from aiosmtpd.controller import Controller
from smpplib import smpp

from loket_local.ports import find_free
from loket_notification.channels.smtp import SmtpChannel, SmtpSettings
from loket_notification.domain.segments import ALPHABET, EXTENSION

PATIENCE = 0.4


class SmtpServer:
    """A mail server, with TLS and log-in if asked."""

    def __init__(self, **options):
        self.behaviour = "accept"
        self.answers, self.mail_answers, self.data_answers = [], [], []
        self.taken = []
        (self.port,) = find_free(1)
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()

    def close(self):
        self.controller.stop()

    def channel(self, behaviour, **settings):
        self.behaviour = behaviour
        port = find_free(1)[0] if behaviour == "away" else self.port
        return SmtpChannel(SmtpSettings(smtp_port=port, smtp_timeout=PATIENCE, **settings))

    def received(self):
        return [
            message_from_bytes(each, policy=policy.default).get_body(("plain",)).get_content() for each in self.taken
        ]

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mail_answers:
            return self.mail_answers.pop(0)
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers:
            said = self.answers.pop(0)
            if not said.startswith("250"):
                return said
        if self.behaviour == "broken":
            server.transport.abort()
            return "421 going away"
        if self.behaviour == "refuse":
            return "550 5.1.1 no such user"
        if self.behaviour == "later":
            return "451 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        if self.behaviour == "silent":
            await asyncio.sleep(PATIENCE * 2)
            return "250 too late"
        if self.data_answers:
            return self.data_answers.pop(0)
        self.taken.append(envelope.content)
        return "250 kept"


class ThreadedServer:
    """A provider on a port of its own, in threads. `make(port)` makes a channel to it."""

    def serve(self, server_class, handler, make):
        self.make = make
        self.behaviour = "accept"
        self.texts = []
        self.server = server_class(("127.0.0.1", 0), handler)  # the system gives a port that is free
        self.port = self.server.server_address[1]
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def channel(self, behaviour):
        self.behaviour = behaviour
        return self.make(find_free(1)[0] if behaviour == "away" else self.port)

    def received(self):
        return self.texts


class HttpServer(ThreadedServer):
    """A gateway that takes SMS over HTTP. `read(path, headers, body)` gives the text; `taken`: status and body."""

    def __init__(self, make, read, taken):
        self.read, self.taken_answer = read, taken
        provider_server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
                text = provider_server.read(self.path, self.headers, body)
                if provider_server.behaviour == "silent":
                    time.sleep(PATIENCE * 2)
                status, said = {
                    "accept": provider_server.taken_answer, "later": (429, {}), "refuse": (400, {"code": 21211}),
                    "broken": (503, {}), "silent": provider_server.taken_answer,
                }[provider_server.behaviour]  # fmt: skip
                if provider_server.behaviour == "accept":
                    provider_server.texts.append(text)
                content = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                """Quiet."""

        self.serve(ThreadingHTTPServer, Handler, lambda port: make(f"http://127.0.0.1:{port}"))


def form(body):
    return dict(parse_qsl(body, keep_blank_values=True))


class SmppServer(ThreadedServer):
    """A message centre. It puts the segments of a message together as a telephone does."""

    def __init__(self, make):
        self.parts = {}
        provider_server = self

        class Session(socketserver.BaseRequestHandler):
            def handle(self):
                self.sequence = 0
                while (pdu := self.read()) is not None:
                    if not provider_server.answer(self, pdu):
                        return

            def next_sequence(self):
                self.sequence += 1
                return self.sequence

            def read(self):
                head = self.take(4)
                if head is None:
                    return None
                return smpp.parse_pdu(
                    head + self.take(int.from_bytes(head) - 4), client=self, allow_unknown_opt_params=True
                )

            def take(self, length):
                got = b""
                while len(got) < length:
                    piece = self.request.recv(length - len(got))
                    if not piece:
                        return None
                    got += piece
                return got

            def say(self, command, sequence, status=codes.SMPP_ESME_ROK, **fields):
                made = smpp.make_pdu(command, client=self, status=status, **fields)
                made.sequence = sequence
                self.request.sendall(made.generate())

        self.serve(socketserver.ThreadingTCPServer, Session, make)

    def answer(self, session, pdu):
        if pdu.command == "bind_transmitter":
            session.say("bind_transmitter_resp", pdu.sequence, system_id="centre")
            return True
        if pdu.command == "unbind":
            session.say("unbind_resp", pdu.sequence)
            return False
        if self.behaviour == "silent":
            time.sleep(PATIENCE * 2)
        status = {
            "later": codes.SMPP_ESME_RTHROTTLED, "refuse": codes.SMPP_ESME_RINVDSTADR,
            "broken": codes.SMPP_ESME_RSYSERR,
        }.get(self.behaviour, codes.SMPP_ESME_ROK)  # fmt: skip
        if self.behaviour == "accept":
            self.take(pdu)
        with_id = {} if status else {"message_id": "m1"}
        try:
            session.say("submit_sm_resp", pdu.sequence, status, **with_id)
        except OSError:
            return False
        return True

    def take(self, pdu):
        content, joined = pdu.short_message, pdu.esm_class & codes.SMPP_GSMFEAT_UDHI
        total = number = 1
        if joined:
            total, number = content[4], content[5]
            content = content[6:]
        if pdu.data_coding == codes.SMPP_ENCODING_DEFAULT:
            text, escaped = "", False
            extended = {place: sign for sign, place in EXTENSION.items()}
            for byte in content:
                if byte == 0x1B and not escaped:
                    escaped = True
                    continue
                text += extended[byte] if escaped else ALPHABET[byte]
                escaped = False
        else:
            text = content.decode("utf-16-be")
        self.parts[number] = text
        if number == total:
            self.texts.append("".join(self.parts[each] for each in range(1, total + 1)))
            self.parts = {}
