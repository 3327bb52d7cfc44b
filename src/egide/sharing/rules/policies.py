"""The port to Cedar: policies checked against the schema when loaded; any doubt is a denial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cedarpy

from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.table import DATA


class PolicyError(ValueError):
    """The policies do not fit the schema, or a policy has no rule that says what it is."""


@dataclass(frozen=True)
class Answer:
    """Whether an action is allowed, and the rules that decided it."""

    is_allowed: bool
    rules: tuple[str, ...]


class PolicySet:
    """Validated policies. One that does not validate cannot be made."""

    def __init__(self, policies: str, schema: str) -> None:
        result = cedarpy.validate_policies(policies, schema)
        if not result.validation_passed:
            raise PolicyError("; ".join(str(error) for error in result.errors))
        self._policies, self._schema = policies, schema
        self.ids = frozenset(result.id_annotations_by_policy_id.values())

    def ask(self, questions: Sequence[Mapping[str, Any]], entities: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Answer each question. An error in evaluation, or no decision, is a denial by rule `error`."""
        try:
            results = cedarpy.is_authorized_batch(
                [dict(question) for question in questions], self._policies, list(entities), self._schema
            )
        except Exception:  # whatever went wrong, nothing opens
            return [Answer(False, ("error",)) for _question in questions]
        return [self._answer(result) for result in results]

    @staticmethod
    def _answer(result: cedarpy.AuthzResult) -> Answer:
        if result.diagnostics.errors:
            return Answer(False, ("error",))
        names = result.diagnostics.id_annotations_by_reason
        rules = tuple(sorted(str(names.get(reason) or reason) for reason in result.diagnostics.reasons))
        if result.decision is not cedarpy.Decision.Allow:
            return Answer(False, rules or ("table",))
        return Answer(True, rules)


@cache
def policies() -> PolicySet:
    """Answer the policies in use, validated once.

    Raises:
        PolicyError: they do not validate, or one has no entry in the catalogue.
    """
    found = PolicySet(
        (DATA / "policies.cedar").read_text(encoding="utf-8"),
        (DATA / "schema.cedarschema").read_text(encoding="utf-8"),
    )
    unknown = found.ids - set(catalogue())
    if unknown:
        raise PolicyError(f"policies without a rule in the catalogue: {', '.join(sorted(unknown))}")
    return found
