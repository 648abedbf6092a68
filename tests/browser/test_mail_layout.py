"""Every kind of message in every language, as a mail program renders it; one picture for each kind."""

from html import escape
from pathlib import Path

import pytest

from loket_contracts.languages import LANGUAGES
from loket_notification.composing.mail import Composed, compose
from loket_notification.composing.sample import sample_card
from loket_notification.domain.kinds import KINDS
from loket_notification.domain.segments import cut, plain

from .layout import PICTURES, fits

WIDTH = 400
SHEET = """<!DOCTYPE html><html lang="nl"><meta charset="utf-8"><title>{kind}</title>
<style>body{{margin:0;display:flex;font:15px/1.4 Arial,sans-serif;background:#dfe4e2}}
section{{width:{width}px;margin:8px}}h2{{font-size:15px;margin:8px 0;min-height:3em}}
iframe{{width:100%;height:{height}px;border:0}}p{{background:#fff;padding:12px;border-radius:12px;overflow-wrap:anywhere}}</style>
{mails}"""
MAIL = '<section><h2>{subject}</h2><iframe title="{subject}" srcdoc="{html}"></iframe>{sms}</section>'


def composed(kind: str) -> dict[str, Composed]:
    return {each: compose(kind, sample_card(kind, each), "https://loket.example", {}) for each in LANGUAGES}


def sheet(kind: str, height: int) -> str:
    mails = []
    for each in composed(kind).values():
        sms = f"<p>SMS, {cut(plain(each.sms)).segments} ×: {escape(plain(each.sms))}</p>" if each.sms else ""
        mails.append(MAIL.format(subject=escape(each.subject), html=escape(each.html), sms=sms))
    return SHEET.format(kind=kind, width=WIDTH, height=height, mails="".join(mails))


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_in_every_language_fits_a_phone_and_names_its_subject(browser, kind):
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.width = 360
    heights = []
    for language, mail in composed(kind).items():
        page.set_content(mail.html)
        assert fits(page), language
        assert page.get_by_role("heading").inner_text(), language
        card = sample_card(kind, language)
        named = card.confirmation.code if card.confirmation else card.reference
        assert page.get_by_text(named).first.is_visible(), language
        heights.append(page.locator("body").bounding_box()["height"])
    if PICTURES:
        page.set_viewport_size({"width": len(LANGUAGES) * (WIDTH + 16), "height": 400})
        page.set_content(sheet(kind, round(max(heights))))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(PICTURES) / "messages" / f"{kind}.jpg", full_page=True, type="jpeg", quality=55)
    context.close()
