"""Reads that join, annotate or count, by topic."""
