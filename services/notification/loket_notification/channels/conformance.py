"""What every channel must do, as tests that any channel can run.

    from loket_notification.channels.conformance import ChannelConformance

    class TestMyChannel(ChannelConformance):
        @pytest.fixture
        def provider_server(self): ...

`provider_server` returns an object with `channel(behaviour)`, a channel whose provider behaves so, and `received()`,
the texts that the provider accepted. The behaviours: accept, later (come back), refuse (permanently), broken (fails and
does not accept it), silent (accepts it and never responds), away (refuses connections). Set the time-outs of the
provider to a second or so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Protocol

import pytest

from ..domain.kinds import CHANNELS
from .base import Away, Callback, Channel, Forged, NotNow, NotSent, Outgoing, Refused, Unknown

BEHAVIOURS = ("accept", "later", "refuse", "broken", "silent", "away")


class ProviderServer(Protocol):
    """A provider to try a channel on."""

    def channel(self, behaviour: str) -> Channel: ...

    def received(self) -> list[str]: ...


def a_message(text: str = "Uw afspraak: é à € ë ☎, om 10 uur.", number: int = 1) -> Outgoing:
    return Outgoing(
        id=f"a1:{number}:confirmation:email", to="+32470123456", text=text, at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
        sender="Rumst", subject="Uw afspraak", html=f"<p>{text}</p>", to_name="Zoë Ünal",
    )  # fmt: skip


class _Scribbled(dict[str, str]):
    """Contains every key, with a value that is no signature: HTTP allows characters other than ASCII."""

    def get(self, name: str, default: Any = None) -> Any:
        return "é"


class ChannelConformance:
    """Subclass it and define the fixture `provider_server`."""

    def message(self, channel: Channel, **changes: Any) -> Outgoing:
        made = a_message(**changes)
        return made if channel.kind == "sms" else Outgoing(**{**made.__dict__, "to": "zoe@example.org"})

    def test_the_channel_states_its_kind_and_reads_its_own_settings(self, provider_server: ProviderServer) -> None:
        channel = provider_server.channel("accept")
        assert channel.kind in CHANNELS
        assert all("help" in field.metadata for field in dataclasses.fields(channel.Settings))

    def test_an_accepted_message_arrives_once_and_complete(self, provider_server: ProviderServer) -> None:
        channel = provider_server.channel("accept")
        assert isinstance(channel.send(self.message(channel)), str)
        (text,) = provider_server.received()
        assert "é à € ë ☎" in text

    def test_several_messages_are_sent_one_after_the_other(self, provider_server: ProviderServer) -> None:
        channel = provider_server.channel("accept")
        for number in range(5):
            channel.send(self.message(channel, text=f"Bericht {number}", number=number))
        assert [f"Bericht {number}" in text for number, text in enumerate(provider_server.received())] == [True] * 5

    @pytest.mark.parametrize(("behaviour", "error"), [("later", NotNow), ("refuse", Refused)])
    def test_the_response_of_the_provider_decides_the_outcome(
        self, provider_server: ProviderServer, behaviour: str, error: type
    ) -> None:
        channel = provider_server.channel(behaviour)
        with pytest.raises(error):
            channel.send(self.message(channel))
        assert provider_server.received() == []

    @pytest.mark.parametrize("behaviour", ["broken", "away"])
    def test_an_error_before_the_provider_accepts_leads_to_a_retry(
        self, provider_server: ProviderServer, behaviour: str
    ) -> None:
        channel = provider_server.channel(behaviour)
        with pytest.raises((Away, NotNow)):
            channel.send(self.message(channel))
        assert provider_server.received() == []

    def test_a_provider_that_does_not_answer_leaves_the_outcome_unknown(self, provider_server: ProviderServer) -> None:
        channel = provider_server.channel("silent")
        with pytest.raises(Unknown):
            channel.send(self.message(channel))

    def test_the_description_of_a_failure_contains_no_personal_data(self, provider_server: ProviderServer) -> None:
        channel = provider_server.channel("refuse")
        with pytest.raises(NotSent) as failure:
            channel.send(self.message(channel))
        assert "zoe" not in str(failure.value).lower()
        assert "470123456" not in str(failure.value)

    def test_a_receipt_without_our_credentials_is_refused(self, provider_server: ProviderServer) -> None:
        with pytest.raises(Forged):
            provider_server.channel("accept").read_receipts(
                Callback("POST", "https://x.example/receipts/x", body='{"id": "1"}')
            )

    def test_a_receipt_with_a_malformed_signature_is_refused(self, provider_server: ProviderServer) -> None:
        scribbled = Callback(
            "POST", "https://x.example/receipts/x", query=_Scribbled(), headers=_Scribbled(), body="{}"
        )
        with pytest.raises(Forged):
            provider_server.channel("accept").read_receipts(scribbled)

    def test_a_channel_can_be_closed_twice(self, provider_server: ProviderServer) -> None:
        channel = provider_server.channel("accept")
        channel.send(self.message(channel))
        channel.close()
        channel.close()
