"""The same browser as the journeys."""

from tests.browser.conftest import chromium, open_page, pytest_collection_modifyitems

__all__ = ["chromium", "open_page", "pytest_collection_modifyitems"]
