"""Addresses of a transfer to another area."""

from django.urls import path

from egide.cases.views import transferring

urlpatterns = [
    path("transfers/", transferring.listed, name="transfers"),
    path("cases/<uuid:case_id>/transfer/", transferring.propose, name="transfer"),
    path("transfers/<uuid:transfer_id>/", transferring.one, name="transfer-one"),
    path("transfers/<uuid:transfer_id>/accept/", transferring.accept, name="transfer-accept"),
    path("transfers/<uuid:transfer_id>/refuse/", transferring.refuse, name="transfer-refuse"),
    path("transfers/<uuid:transfer_id>/ask/", transferring.ask, name="transfer-ask"),
    path("transfers/<uuid:transfer_id>/answer/", transferring.answer, name="transfer-answer"),
    path("transfers/<uuid:transfer_id>/withdraw/", transferring.withdraw, name="transfer-withdraw"),
    path("transfers/<uuid:transfer_id>/return/", transferring.give_back, name="transfer-return"),
]
