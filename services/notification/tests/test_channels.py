"""Every channel of Loket keeps the contract, with a provider on a real socket."""

import base64
import hashlib
import hmac
import json
from email import message_from_bytes, policy
from urllib.parse import urlencode

import pytest
from provider_servers import PATIENCE, HttpServer, SmppServer, SmtpServer, form

from loket_notification.channels.base import Away, Callback, Forged, Outgoing, Refused
from loket_notification.channels.cm import CmChannel, CmSettings
from loket_notification.channels.conformance import ChannelConformance, a_message
from loket_notification.channels.file import FileChannel, FileSettings
from loket_notification.channels.generic_http import GenericHttpChannel, GenericHttpSettings
from loket_notification.channels.mime import to_bytes
from loket_notification.channels.providers import installed
from loket_notification.channels.smpp import SmppChannel, SmppSettings
from loket_notification.channels.spryng import SpryngChannel, SpryngSettings
from loket_notification.channels.twilio import TwilioChannel, TwilioSettings


def quick(channel_class):
    """The channel, with little patience."""
    return type(channel_class.__name__, (channel_class,), {"timeout": PATIENCE})


class TestSmtp(ChannelConformance):
    @pytest.fixture
    def provider_server(self):
        made = SmtpServer()
        yield made
        made.close()


class TestTwilio(ChannelConformance):
    @pytest.fixture
    def provider_server(self):
        def make(url):
            return quick(TwilioChannel)(TwilioSettings(twilio_account="AC1", twilio_token="secret", twilio_url=url))

        def read(path, headers, body):
            assert path == "/2010-04-01/Accounts/AC1/Messages.json"
            assert headers["Authorization"] == "Basic " + base64.b64encode(b"AC1:secret").decode()
            return form(body)["Body"]

        made = HttpServer(make, read, (201, {"sid": "SM1", "status": "queued"}))
        yield made
        made.close()


class TestCm(ChannelConformance):
    @pytest.fixture
    def provider_server(self):
        def make(url):
            return quick(CmChannel)(CmSettings(cm_product_token="secret", cm_receipt_key="k", cm_url=url))

        def read(path, headers, body):
            payload = json.loads(body)["messages"]
            assert payload["authentication"] == {"producttoken": "secret"}
            assert payload["msg"][0]["to"] == [{"number": "0032470123456"}]
            return payload["msg"][0]["body"]["content"]

        answer = {"errorCode": 0, "messages": [{"status": "Accepted", "reference": "a1", "messageErrorCode": 0}]}
        made = HttpServer(make, read, (200, answer))
        yield made
        made.close()


class TestSpryng(ChannelConformance):
    @pytest.fixture
    def provider_server(self):
        def make(url):
            return quick(SpryngChannel)(SpryngSettings(spryng_key="secret", spryng_receipt_key="k", spryng_url=url))

        def read(path, headers, body):
            payload = json.loads(body)
            assert headers["Authorization"] == "Bearer secret"
            assert payload["recipients"] == ["32470123456"]
            return payload["body"]

        made = HttpServer(make, read, (200, {"id": "9b1"}))
        yield made
        made.close()


class TestGenericHttp(ChannelConformance):
    @pytest.fixture
    def provider_server(self):
        def make(url):
            return GenericHttpChannel(
                GenericHttpSettings(
                    sms_http_url=f"{url}/send", sms_http_headers='{"X-Key": "secret"}', sms_http_timeout=PATIENCE,
                    sms_http_success='"taken": true', sms_http_id="messages.0.id", sms_http_receipt_secret="s",
                )
            )  # fmt: skip

        def read(path, headers, body):
            assert headers["X-Key"] == "secret"
            return json.loads(body)["text"]

        made = HttpServer(make, read, (200, {"taken": True, "messages": [{"id": "m1"}]}))
        yield made
        made.close()


class TestSmpp(ChannelConformance):
    @pytest.fixture
    def provider_server(self):
        made = SmppServer(
            lambda port: SmppChannel(
                SmppSettings(
                    smpp_host="127.0.0.1", smpp_port=port, smpp_user="u", smpp_password="p", smpp_timeout=PATIENCE
                )
            )
        )
        yield made
        made.close()

    @pytest.mark.parametrize("text", ["[" * 200, "Afspraak € " * 40, "ça va ☎ 😀 " * 30])
    def test_the_parts_of_a_long_sms_are_joined(self, provider_server, text):
        provider_server.channel("accept").send(a_message(text))
        assert provider_server.received() == [text]


def test_the_file_channel_writes_what_would_be_sent(tmp_path):
    file = tmp_path / "sms.jsonl"
    channel = FileChannel(FileSettings(sms_file=str(file)))
    channel.send(a_message("Tot straks"))
    (line,) = [json.loads(line) for line in file.read_text().splitlines()]
    assert (line["to"], line["text"], line["encoding"], line["segments"]) == ("+32470123456", "Tot straks", "GSM-7", 1)
    with pytest.raises(Away):
        FileChannel(FileSettings(sms_file=str(tmp_path / "no" / "where"))).send(a_message())


def test_every_channel_is_installed_as_an_entry_point():
    assert set(installed()) == {"cm", "file", "http", "smpp", "smtp", "spryng", "twilio"}


def test_a_twilio_signature_covers_the_address_and_the_form():
    channel = TwilioChannel(TwilioSettings(twilio_account="AC1", twilio_token="secret"))
    url, payload = "https://x.example/receipts/twilio", {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+32"}
    signed = url + "MessageSidSM1MessageStatusdeliveredTo+32"
    signature = base64.b64encode(hmac.new(b"secret", signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"x-twilio-signature": signature}
    (receipt,) = channel.read_receipts(Callback("POST", url, headers=headers, body=urlencode(payload)))
    assert (receipt.id, receipt.state) == ("SM1", "delivered")
    for forged in ({**payload, "MessageStatus": "failed"}, {**payload, "Extra": "1"}):
        with pytest.raises(Forged):
            channel.read_receipts(Callback("POST", url, headers=headers, body=urlencode(forged)))


def test_a_cm_receipt_requires_our_key_and_reports_delivered_or_failed():
    channel = CmChannel(CmSettings(cm_product_token="t", cm_receipt_key="k"))

    def report(code):
        return json.dumps({"messages": {"msg": {"reference": "a1", "status": {"code": code}}}})

    def receipts_for(body, key="k"):
        return channel.read_receipts(Callback("POST", "https://x.example", query={"key": key}, body=body))

    assert [receipts_for(report(code))[0].state for code in ("2", "3", "1")] == ["delivered", "failed", "failed"]
    assert receipts_for(report("0")) == [], "accepted by the operator, and not yet delivered"
    with pytest.raises(Forged):
        receipts_for(report("2"), key="wrong")
    with pytest.raises(Forged):
        receipts_for("no report")


def test_cm_errors_distinguish_a_wrong_number_from_missing_credit():
    channel = CmChannel(CmSettings(cm_product_token="t"))

    class RpcEntrypoint:
        def __init__(self, code):
            self.code = code

        def json(self):
            return (
                {"errorCode": 201, "messages": [{"messageErrorCode": self.code}]} if self.code else {"errorCode": 103}
            )

    with pytest.raises(Refused):
        channel.accepted(RpcEntrypoint(303))
    with pytest.raises(Away):
        channel.accepted(RpcEntrypoint(0))


def test_a_spryng_receipt_requires_our_key():
    channel = SpryngChannel(SpryngSettings(spryng_key="t", spryng_receipt_key="k"))
    payload = {"key": "k", "ID": "9b1", "STATUS": "20", "REASONCODE": "21"}
    (receipt,) = channel.read_receipts(Callback("GET", "https://x.example", query=payload))
    assert (receipt.id, receipt.state, receipt.reason) == ("9b1", "failed", "reason 21")
    with pytest.raises(Forged):
        channel.read_receipts(Callback("GET", "https://x.example", query={**payload, "key": "x"}))


def test_a_receipt_of_a_generic_gateway_is_verified_and_read_as_configured():
    channel = GenericHttpChannel(
        GenericHttpSettings(
            sms_http_url="https://x.example", sms_http_receipt_secret="s", sms_http_receipt_id="results.0.id",
            sms_http_receipt_status="results.0.state", sms_http_delivered="DELIVRD", sms_http_failed="UNDELIV,EXPIRED",
        )
    )  # fmt: skip

    def receipts_for(state, secret=b"s"):
        body = json.dumps({"results": [{"id": "m1", "state": state}]})
        headers = {"x-signature": hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()}
        return [each.state for each in channel.read_receipts(Callback("POST", "u", headers=headers, body=body))]

    assert [receipts_for("DELIVRD"), receipts_for("EXPIRED"), receipts_for("ACCEPTD")] == [
        ["delivered"],
        ["failed"],
        [],
    ]
    with pytest.raises(Forged):
        receipts_for("DELIVRD", b"other")


@pytest.mark.parametrize(
    "subject",
    ["Uw afspraak op maandag 30 november 2026 om 10:00", "Votre rendez-vous du mercredi 2 décembre 2026 à 13:45",
     "ç" * 200, "a very long subject " * 12, "x\r\nBcc: everybody@example.org"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["Lieve Demo", "Zoë Ünal, dr.", 'Jan "Jef" \\ Peeters', "é" * 120, "x\r\nBcc: y"])
def test_a_mail_parses_back_to_its_source_and_no_value_can_add_a_header(subject, name):
    meant = Outgoing(
        **{**a_message().__dict__, "to": "zoe@example.org", "subject": subject, "to_name": name, "text": ".\n.x\n",
           "calendar": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "calendar_method": "REQUEST"}
    )  # fmt: skip
    raw = to_bytes(meant, "loket@example.org").replace(b"\r\n..", b"\r\n.")
    read = message_from_bytes(raw, policy=policy.default)
    assert read["Subject"] == " ".join(subject.split())
    assert read["To"].addresses[0].display_name == " ".join(name.split())
    assert read["To"].addresses[0].addr_spec == "zoe@example.org"
    assert read["Bcc"] is None
    assert read.get_body(("plain",)).get_content() == ".\n.x\n"
    parts = [part for part in read.walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"base64"}, "no boundary can stand in one"
    assert [part.get_content_type() for part in parts] == [
        "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
