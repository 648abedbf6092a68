// Reads calendars as Thunderbird and Nextcloud do, with ical.js: a JSON array of iCalendar texts on standard input, and
// on standard output for each what a person would find in the calendar. Moments are in UTC.
import ICAL from "ical.js";
import { readFileSync } from "node:fs";

const utc = (time) => time.toJSDate().toISOString().replace(".000Z", "Z");

function entry(component) {
  const event = new ICAL.Event(component);
  const value = (name) => component.getFirstPropertyValue(name)?.toString() ?? null;
  const conference = component.getFirstProperty("conference");
  return {
    uid: event.uid,
    sequence: event.sequence,
    start: utc(event.startDate),
    end: utc(event.endDate),
    summary: event.summary,
    location: event.location,
    description: event.description,
    status: value("status"),
    url: value("url"),
    organizer: value("organizer"),
    attendees: event.attendees.map((each) => each.getFirstValue()),
    alarms: component.getAllSubcomponents("valarm").map((each) => each.getFirstPropertyValue("trigger").toString()),
    conference: conference && conference.getFirstValue(),
  };
}

const found = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return {
    method: calendar.getFirstPropertyValue("method"),
    name: calendar.getFirstPropertyValue("x-wr-calname"),
    events: calendar.getAllSubcomponents("vevent").map(entry),
  };
});
console.log(JSON.stringify(found));
