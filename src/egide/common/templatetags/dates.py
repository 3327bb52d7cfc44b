"""`|date:` in every template, in place of Django's: the first of a month as French says it."""

from django import template

from egide.common import dates

register = template.Library()
register.filter("date", dates.filtered, expects_localtime=True, is_safe=False)
