"""Addresses of conflicts of interest."""

from django.urls import path

from egide.cases.views import conflicts

urlpatterns = [
    path("cases/<uuid:case_id>/conflicts/", conflicts.conflicts, name="conflicts"),
    path("cases/<uuid:case_id>/conflicts/decide/", conflicts.decide, name="conflict-decide"),
    path("cases/<uuid:case_id>/conflicts/agency/", conflicts.agency_out, name="agency-out"),
    path("cases/<uuid:case_id>/conflicts/<uuid:recusal_id>/", conflicts.had_read, name="had-read"),
    path("my/ties/", conflicts.my_ties, name="my-ties"),
    path("my/ties/<uuid:tie_id>/", conflicts.tie_back, name="tie-back"),
]
