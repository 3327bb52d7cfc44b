"""The two sides of a case, and who works on which."""

#: Sectors that supervise or prosecute the person of concern: always on that side, whatever the consent says.
#: Source: domain/information-sharing.md §7.1 (the probation officer sees tasks, not sources).
MANAGEMENT_SECTORS = frozenset({"JUS"})


def is_management_only(sector: str) -> bool:
    """Say whether an agency of this sector works only with the person of concern."""
    return sector in MANAGEMENT_SECTORS


def side_of(sector: str) -> str:
    """Answer the side an agency is assigned on: `management` or `both`."""
    return "management" if is_management_only(sector) else "both"
