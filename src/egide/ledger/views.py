"""The public head of the ledger: anyone may keep it and hold us to it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from egide.common.access import public
from egide.ledger import queries, services
from egide.ledger.rules import notes
from egide.vault.deployment_secrets import secret


@public
@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed head, in the form other logs and witnesses read (C2SP tlog-checkpoint)."""
    head = queries.latest_checkpoint()
    if head is None:
        return HttpResponse(status=204)
    return HttpResponse(head.note, content_type="text/plain; charset=utf-8")


@public
@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The public key the heads are signed with."""
    public_key = notes.public_bytes(secret(services.SIGNING))
    text = notes.verifier_key(services.origin(), public_key)
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")
