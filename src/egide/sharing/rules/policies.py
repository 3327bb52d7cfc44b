"""The port to Cedar: policies checked against the schema when loaded; any doubt is a denial."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cedarpy

from egide.sharing.rules.catalogue import DATA, Rule, catalogue
from egide.sharing.rules.enabling import Deployment

#: Every regime a rule speaks for.
KNOWN = frozenset(rule.regime for rule in catalogue().values() if rule.regime)
#: Policies that name a regime and also match without it.
BEYOND_THEIR_REGIME = frozenset({"us-28cfr23-entry", "emergency-access-limits"})
ALL = ("every policy",)
_EFFECTS = {"permit": "permit", "deny": "forbid", "obligation": "permit"}


class PolicyError(ValueError):
    """The policies do not fit the schema, or do not match the rules that say what they are."""


@dataclass(frozen=True)
class Answer:
    """Whether an action is allowed, and the rules that decided it."""

    is_allowed: bool
    rules: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        """Whether the question could not be answered at all."""
        return "error" in self.rules


class PolicySet:
    """Validated policies, parsed once. One that does not validate cannot be made.

    Raises:
        PolicyError: a policy does not fit the schema, has no `@id`, shares it, or is a template.
    """

    def __init__(self, policies: str, schema: str, *, regimes: frozenset[str] = frozenset()) -> None:
        result = cedarpy.validate_policies(policies, schema)
        if not result.validation_passed:
            raise PolicyError("; ".join(str(error) for error in result.errors))
        #: The regimes some rule of this set closes.
        self.regimes = regimes
        self.known_regimes = sorted(regimes)
        #: Effect (`permit`, `forbid`) by id.
        self._texts = _by_id(policies)
        self.effects = {name: str(policy["effect"]) for name, policy in self._texts.items()}
        #: Regimes a policy asks for before anything else: without one of them it cannot match.
        self._asks = {name: _asked_regimes(name, policy) for name, policy in self._texts.items()}
        self._parsed: dict[frozenset[str], cedarpy.PolicySet] = {}

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the policies."""
        return frozenset(self.effects)

    def ask(
        self,
        questions: Sequence[Mapping[str, Any]],
        entities: "Sequence[Mapping[str, Any]] | cedarpy.Entities",
        *,
        regimes: frozenset[str] | None = None,
    ) -> list[Answer]:
        """Answer each question. An error in evaluation, or no decision, is a denial by rule `error`.

        Args:
            regimes: those of the item: only policies that could match are read; all of them when None. What is
                asked was checked against the schema's types by who asks (`decision`), so it is not again here.
        """
        try:
            results = cedarpy.is_authorized_batch(
                [dict(question) for question in questions],
                self._for(regimes),
                entities if isinstance(entities, cedarpy.Entities) else [dict(entity) for entity in entities],
            )
        except Exception:  # whatever went wrong, nothing opens
            return [Answer(False, ("error",)) for _question in questions]
        return [self._answer(result) for result in results]

    def _for(self, regimes: frozenset[str] | None) -> cedarpy.PolicySet:
        """The policies that could match an item bound by these laws, parsed once."""
        key = frozenset(ALL) if regimes is None else regimes & KNOWN
        if key not in self._parsed:
            kept = {
                name: policy
                for name, policy in self._texts.items()
                if regimes is None or not self._asks[name] or self._asks[name] & key
            }
            self._parsed[key] = cedarpy.PolicySet.from_str(_as_text(kept))
        return self._parsed[key]

    @staticmethod
    def _answer(result: cedarpy.AuthzResult) -> Answer:
        if result.diagnostics.errors:
            return Answer(False, ("error",))
        names = result.diagnostics.id_annotations_by_reason
        rules = tuple(sorted(str(names.get(reason) or reason) for reason in result.diagnostics.reasons))
        return Answer(result.decision is cedarpy.Decision.Allow, rules)


def texts() -> tuple[str, str]:
    """Answer the policies, all files together, and the schema."""
    parts = [path.read_text(encoding="utf-8") for path in sorted((DATA / "policies").glob("*.cedar"))]
    return "\n".join(parts), (DATA / "schema.cedarschema").read_text(encoding="utf-8")


def load(policies: str, schema: str, *, rules: Mapping[str, Rule], deployment: Deployment) -> PolicySet:
    """Answer the policies that act in a deployment, each one checked against the rule it carries out.

    A rule that is off is left out: a door then stays shut. A denial is never left out unless another rule
    denies in its place.

    Raises:
        PolicyError: policies and rules do not match, or a rule that is off leaves something open.
        ReviewError: a review or a profile cannot be relied on.
    """
    deployment.check(rules)
    whole = PolicySet(policies, schema)
    _check_match(whole, rules)
    off = {name for name in whole.ids if not deployment.is_on(rules[name])}
    for name in sorted(off):
        stand_in = rules[name].protected_by
        if rules[name].effect == "deny" and (stand_in not in whole.ids or stand_in in off):
            raise PolicyError(f"{name} is not reviewed and nothing protects in its place: name a reviewer")
    kept = {name: policy for name, policy in whole._texts.items() if name not in off}
    return PolicySet(_as_text(kept) if off else policies, schema, regimes=deployment.regimes(rules.values()))


def entities(found: Sequence[Mapping[str, Any]]) -> Any:
    """Read readers and items once, for several questions about them."""
    return cedarpy.Entities.from_json_str(json.dumps(list(found)))


def _as_text(policies: Mapping[str, Any]) -> str:
    """Write policies taken apart by `_by_id` as text again."""
    if not policies:
        return ""
    whole = {"templates": {}, "templateLinks": [], "staticPolicies": dict(policies)}
    return str(cedarpy.policies_from_json_str(json.dumps(whole)))


def _asked_regimes(name: str, policy: Mapping[str, Any]) -> frozenset[str]:
    """Answer the regimes without one of which a policy cannot match; empty when it may match anything.

    Doors, duties and the walls of one law begin with `resource.regimes.contains…`; the tests compare with a
    second implementation that knows nothing of this.
    """
    if name in BEYOND_THEIR_REGIME:
        return frozenset()
    text = json.dumps(policy)
    return frozenset(regime for regime in KNOWN if f'"{regime}"' in text)


def _by_id(policies: str) -> dict[str, Any]:
    data = json.loads(cedarpy.policies_to_json_str(policies))
    if data.get("templates"):
        raise PolicyError("a policy has a blank in it: templates are not used here")
    found: dict[str, Any] = {}
    for policy in data.get("staticPolicies", {}).values():
        name = (policy.get("annotations") or {}).get("id")
        if not name:
            raise PolicyError("a policy has no @id")
        if name in found:
            raise PolicyError(f"two policies are named {name}")
        found[name] = policy
    return found


def _check_match(found: PolicySet, rules: Mapping[str, Rule]) -> None:
    unknown = found.ids - set(rules)
    if unknown:
        raise PolicyError(f"policies without a rule in the catalogue: {', '.join(sorted(unknown))}")
    missing = set(rules) - found.ids
    if missing:
        raise PolicyError(f"rules without a policy: {', '.join(sorted(missing))}")
    for name, effect in found.effects.items():
        if _EFFECTS[rules[name].effect] != effect:
            raise PolicyError(f"{name} does not do what its rule says")


_in_use: PolicySet | None = None


def use(deployment: Deployment) -> PolicySet:
    """Load the policies of a deployment and decide with them from now on; called when the application starts.

    Raises:
        PolicyError, ReviewError: the application must not start with them.
    """
    global _in_use
    _in_use = load(*texts(), rules=catalogue(), deployment=deployment)
    return _in_use


def policies() -> PolicySet:
    """Answer the policies in use; before anybody said which deployment this is, those of the strictest."""
    return _in_use or use(Deployment())
