"""Re-export of `allowed`, where a module's `permissions` looks for it."""

from egide.common.errors import allowed

__all__ = ["allowed"]
