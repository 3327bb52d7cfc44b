"""Addresses of conferences."""

from django.urls import path

from egide.cases.views import conferences, following, minutes, parts

urlpatterns = [
    path("conferences/", conferences.conferences, name="conferences"),
    path("cases/<uuid:case_id>/conference-part/", parts.part, name="conference-part"),
    path("conferences/spread/<uuid:programme_id>/", following.spread, name="conference-spread"),
    path("conferences/new/", conferences.new, name="conference-new"),
    path("conferences/<uuid:conference_id>/", conferences.conference, name="conference"),
    path("conferences/<uuid:conference_id>/conflicts/", conferences.conflicts, name="conference-conflicts"),
    path("conferences/<uuid:conference_id>/run/", conferences.run, name="conference-run"),
    path("conferences/<uuid:conference_id>/actions/", following.actions, name="conference-actions"),
    path("conferences/<uuid:conference_id>/minutes/", minutes.export, name="conference-minutes"),
    path("conferences/<uuid:conference_id>/<uuid:item_id>/", conferences.item, name="conference-item"),
]
