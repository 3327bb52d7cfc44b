"""Addresses of questions from outside."""

from django.urls import path

from egide.cases.views import inquiries

urlpatterns = [
    path("inquiries/", inquiries.inquiries, name="inquiries"),
    path("inquiries/new/", inquiries.inquiry_new, name="inquiry-new"),
    path("inquiries/<uuid:inquiry_id>/", inquiries.inquiry, name="inquiry"),
    path("inquiries/<uuid:inquiry_id>/letter/", inquiries.inquiry_letter, name="inquiry-letter"),
    path("inquiries/<uuid:inquiry_id>/answered/", inquiries.inquiry_answered, name="inquiry-answered"),
]
