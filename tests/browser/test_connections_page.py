"""The connections page: webhooks of portals, and dead letters."""

import datetime as dt
import re
import time

from kombu import Connection
from playwright.sync_api import Page, expect

from loket_contracts import events
from tests.browser.layout import fits, picture
from tests.client import Portal


def at(hall, path):
    return f"{hall.url}/halstad/balie/beheer{path}"


def an_event_that_no_consumer_can_read(municipality):
    """An event about an unknown resident, which changes no figure when reporting consumes it after all."""
    return events.make(
        "resident.erased", municipality=municipality, subject=f"nobody-{time.time_ns()}", sequence=1,
        time=dt.datetime.now(dt.UTC), data={"appointments": []},
    )  # fmt: skip


def test_the_connections_page_lists_and_ends_webhooks_and_retries_dead_letters(desk: Page, hall, stack):
    portal = Portal.on(stack, "halstad", stack.machine_key("halstad", "portal"))
    address = f"http://127.0.0.1:9/{time.time_ns()}"
    made = portal.post("webhooks", {"url": address, "types": ["appointment.booked.v1"]})
    assert made.status_code == 201, made.text
    event = an_event_that_no_consumer_can_read("halstad")
    with Connection(stack.servers.amqp_uri, transport_options={"confirm_publish": True}) as connection:
        connection.Producer().publish(
            event.to_json(), routing_key="reporting.events.dead", content_type="application/cloudevents+json",
            content_encoding="utf-8", headers={"x-loket-error": "RuntimeError: hopeless"},
        )  # fmt: skip
    desk.goto(at(hall, ""))
    desk.get_by_role("link", name=re.compile("^Webhooks")).click()
    row = desk.locator("tr").filter(has_text=address)
    expect(row).to_contain_text("werkt")
    picture(desk, "desk-webhooks")
    assert fits(desk)
    row.get_by_role("link").click()
    expect(desk.get_by_text("Nog niets.")).to_be_visible()
    desk.go_back()
    row.get_by_role("button", name=re.compile("^Stopzetten")).click()
    expect(row).to_have_count(0)
    desk.goto(at(hall, "/vastgelopen"))
    expect(desk.locator("tr").filter(has_text=event.id)).to_contain_text("RuntimeError: hopeless")
    picture(desk, "desk-stuck")
    assert fits(desk)
    desk.get_by_role("button", name="Opnieuw proberen").click()
    expect(desk.get_by_role("status")).to_contain_text("Opnieuw geprobeerd: 1.")
    expect(desk.get_by_text(event.id)).to_have_count(0)
