"""Addresses of sign-in, hats, the person's own access, and administration."""

from django.urls import URLPattern, include, path

from egide.partners.views import agencies, agreements, invitation, own, people, safeguards

pages: list[URLPattern] = [
    path("me/acting-for/", own.acting_for, name="acting-for"),
    path("me/my-access/", own.my_access, name="my-access"),
    path("me/factor-resets/", safeguards.factor_resets, name="factor-resets"),
    path(
        "me/factor-resets/<uuid:reset_id>/confirm/",
        safeguards.factor_reset_confirm,
        name="factor-reset-confirm",
    ),
    path("account/invitation/", invitation.invitation, name="invitation"),
    path("administration/", safeguards.administration, name="administration"),
    path(
        "administration/changes/<uuid:change_id>/confirm/", safeguards.change_confirm, name="change-confirm"
    ),
    path(
        "administration/changes/<uuid:change_id>/decline/", safeguards.change_decline, name="change-decline"
    ),
    path("administration/people/", people.people_list, name="people"),
    path("administration/people/new/", people.person_new, name="person-new"),
    path("administration/people/<uuid:account_id>/", people.person, name="person"),
    path("administration/people/<uuid:account_id>/invite/", people.person_invite, name="person-invite"),
    path("administration/people/<uuid:account_id>/place/", people.membership_new, name="membership-new"),
    path("administration/people/<uuid:account_id>/home/", people.home_change, name="home-change"),
    path(
        "administration/people/<uuid:account_id>/close/", people.person_deactivate, name="person-deactivate"
    ),
    path("administration/places/<uuid:membership_id>/end/", people.membership_end, name="membership-end"),
    path("administration/agencies/", agencies.agencies_list, name="agencies"),
    path("administration/agencies/new/", agencies.agency_new, name="agency-new"),
    path("administration/agencies/<uuid:agency_id>/", agencies.agency, name="agency"),
    path("administration/agencies/<uuid:agency_id>/edit/", agencies.agency_edit, name="agency-edit"),
    path("administration/agencies/<uuid:agency_id>/close/", agencies.agency_close, name="agency-close"),
    path("administration/agencies/<uuid:agency_id>/reopen/", agencies.agency_reopen, name="agency-reopen"),
    path("administration/agreements/", agreements.agreements_list, name="agreements"),
    path("administration/agreements/new/", agreements.agreement_new, name="agreement-new"),
    path("administration/agreements/<uuid:agreement_id>/", agreements.agreement, name="agreement"),
    path(
        "administration/agreements/<uuid:agreement_id>/end/",
        agreements.agreement_terminate,
        name="agreement-terminate",
    ),
    path("administration/parties/<uuid:party_id>/sign/", agreements.agreement_sign, name="agreement-sign"),
]
urlpatterns = [
    path("", include((pages, "partners"))),
    path("account/", include("allauth.urls")),
]
