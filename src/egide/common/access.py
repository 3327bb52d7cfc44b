"""Sign-in is required unless a view says otherwise, here."""

from django.contrib.auth.decorators import login_not_required

#: Marks a view anyone may open without signing in.
public = login_not_required

__all__ = ["public"]
