"""What tests of the vault build on."""

import pytest

from egide.vault import deployment_secrets
from egide.vault.providers import provider


@pytest.fixture
def own_keys(settings, tmp_path):
    """A key file of this test alone, for tests that change it."""
    settings.EGIDE_KEY_FILE = str(tmp_path / "master.key")
    provider().create()
    deployment_secrets.forget()
    return provider()
