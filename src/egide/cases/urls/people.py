"""Addresses of the people of a case, and of consent for the file of each."""

from django.urls import path

from egide.cases.views import consenting, people, reading, withdrawing

_PERSON = "cases/<uuid:case_id>/people/<uuid:file_id>/"
urlpatterns = [
    path("cases/<uuid:case_id>/people/", people.people, name="people"),
    path("cases/<uuid:case_id>/people/add/", people.add, name="person-add"),
    path(f"{_PERSON}of-age/", people.of_age, name="person-of-age"),
    path(f"{_PERSON}take-out/", people.take_out, name="person-out"),
    # The pages of consent, said of one person's own file.
    path(f"{_PERSON}consents/", reading.consents, name="consents-of"),
    path(f"{_PERSON}consent/", consenting.consent, name="consent-of"),
    path(f"{_PERSON}consent/preview/", consenting.consent_preview, name="consent-preview-of"),
    path(f"{_PERSON}consent/refusal/", consenting.refusal, name="refusal-of"),
    path(f"{_PERSON}consent/withdrawal/", withdrawing.withdrawal, name="withdrawal-of"),
]
