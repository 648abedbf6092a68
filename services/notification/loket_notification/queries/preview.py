"""Preview messages of every kind and language, for a fictitious resident."""

from __future__ import annotations

from loket_contracts.rpc.booking.answers import Catalogue
from loket_contracts.rpc.notification.answers import Preview

from ..composing.mail import compose
from ..composing.phrases import Texts
from ..composing.sample import language_of, sample_card
from ..context import Context
from ..domain.kinds import require_kind
from ..domain.segments import cut, plain


def preview(
    context: Context, municipality: str, kind: str, language: str | None, texts: Texts | None = None,
    about: Catalogue | None = None,
) -> Preview:  # fmt: skip
    """The message as it would be sent, by default in the municipality's first language.

    `texts`: replace those of the municipality. `about`: its catalogue, from booking; sample data by default.
    Raises Refusal: unknown-message-kind.
    """
    language = language_of(language, about)
    require_kind(kind, language)
    own = context.plans.of(municipality).texts if texts is None else texts
    composed = compose(kind, sample_card(kind, language, about), context.public_url, own)
    sms = plain(composed.sms)
    size = cut(sms)
    return {
        "subject": composed.subject,
        "text": composed.text,
        "html": composed.html,
        "sms": sms,
        "encoding": size.encoding if sms else "",
        "segments": size.segments if sms else 0,
    }
