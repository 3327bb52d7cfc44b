"""Addresses of documents."""

from django.urls import path

from egide.cases.views import documents

_ONE = "cases/<uuid:case_id>/documents/<uuid:entry_id>/"
_WAITING = "cases/<uuid:case_id>/documents/new/<uuid:pending_id>/"

urlpatterns = [
    path("cases/<uuid:case_id>/documents/new/", documents.new, name="document-new"),
    path(_WAITING, documents.check, name="document-check"),
    path(f"{_WAITING}give-up/", documents.give_up, name="document-give-up"),
    path(_ONE, documents.document, name="document"),
    path(f"{_ONE}content/", documents.content, name="document-content"),
    path(f"{_ONE}copy/", documents.copy, name="document-copy"),
    path(f"{_ONE}replace/", documents.replace, name="document-replace"),
    path(f"{_ONE}withdraw/", documents.withdraw, name="document-withdraw"),
]
