"""Addresses of emergency access."""

from django.urls import path

from egide.cases.views import emergencies

urlpatterns = [
    path("emergency/", emergencies.new, name="emergency"),
    path("emergency/reviews/", emergencies.reviews, name="emergency-reviews"),
    path("emergency/users/<uuid:user_id>/end/", emergencies.end_user, name="emergency-user-end"),
    path("emergency/misses/<uuid:membership_id>/forgive/", emergencies.forgive, name="emergency-forgive"),
    path("emergency/<uuid:access_id>/", emergencies.read, name="emergency-read"),
    path("emergency/<uuid:access_id>/renew/", emergencies.renew, name="emergency-renew"),
    path("emergency/<uuid:access_id>/review/", emergencies.review, name="emergency-review"),
]
