"""The demonstration: two pilot areas, their partners and their cases. Everything here is fictional."""
