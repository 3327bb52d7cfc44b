"""Dates françaises : jour, mois, année, heure sur 24 h."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = r"j F Y à H \h i"
SHORT_DATETIME_FORMAT = r"j M Y, H \h i"
TIME_FORMAT = r"H \h i"
MONTH_DAY_FORMAT = "j N"
