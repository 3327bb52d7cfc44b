"""Addresses of one's own calendar. What follows `feed/` is a secret: `common.secret_addresses` keeps it out of logs."""

from django.urls import path

from egide.cases.views import calendar

urlpatterns = [
    path("my/calendar/", calendar.my_calendar, name="my-calendar"),
    path("my/calendar/end/", calendar.calendar_end, name="calendar-end"),
    path("feed/<str:token>.ics", calendar.feed, name="calendar-feed"),
]
