"""Referrals from a partner's file: read, mapped, checked; nothing is written here."""
