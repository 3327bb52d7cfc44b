"""Égide: one workspace in which many agencies prevent violence together."""

__version__ = "0.1.0"
