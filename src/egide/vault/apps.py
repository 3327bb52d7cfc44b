from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "egide.vault"
    label = "vault"
