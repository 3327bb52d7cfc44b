"""Shapes of what people send, by topic."""
