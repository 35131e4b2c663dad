"""Appointments as an iCalendar file (RFC 5545) that any calendar takes in."""

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Alarm, Calendar, Event

from breachkit.domain.agenda import Appointment


def to_calendar(appointments: Iterable[Appointment], *, now: datetime, revision: int) -> bytes:
    """Return the file: UTF-8, lines ended by CRLF and folded at 75 octets, times in UTC.

    `revision` is what calendars compare to know which of two exports is the newer one; it may only
    rise. Events, not to-dos: the calendars that people have show events, and leave out the others.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//breachkit//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "breachkit deadlines")
    for one in appointments:
        calendar.add_component(_event(one, now.astimezone(UTC), revision))
    return bytes(calendar.to_ical())


def _event(one: Appointment, now: datetime, revision: int) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", one.at)
    event.add("sequence", revision)
    event.add("status", one.status)
    event.add("transp", "TRANSPARENT")  # a deadline keeps nobody from meetings
    event.add("summary", one.summary)
    event.add("description", one.description)
    for span in one.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -span)
        alarm.add("description", one.summary)
        event.add_component(alarm)
    return event
