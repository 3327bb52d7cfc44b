"""What agreement between two records is worth, as data: how often it is seen of one person, and of two.

The manner is that of I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", Journal of the American Statistical
Association 64 (1969): each field brings log2(m/u), where `m` is how often two records of the same person agree that
way and `u` how often those of two people do; an unknown field brings nothing. The method is theirs. **Every number here
is ours (O)**: estimates for an area of some hundred thousand people, tried on a fictional set made by a generator
(`tests/cases/test_matching_measured.py`), never on anybody's file. A deployment with labelled pairs of its own would
estimate others.

Compared are names, birth date, telephone and the coarse part of an address. Nothing else, ever: not belief, origin,
language, health or sex.
"""

from typing import NamedTuple


class Chance(NamedTuple):
    """How often a way of agreeing is seen of one person (`m`), and of two different ones (`u`). Ours (O)."""

    m: float
    u: float


#: Fields, each with its ways of agreeing, the closest first. The shares of a field make one whole.
CHANCES: dict[str, dict[str, Chance]] = {
    "given": {
        "same": Chance(0.72, 0.012),
        "alike": Chance(0.19, 0.02),
        "initial": Chance(0.04, 0.02),
        "different": Chance(0.05, 0.948),
    },
    "family": {
        "same": Chance(0.80, 0.004),
        "alike": Chance(0.13, 0.012),
        "different": Chance(0.07, 0.984),
    },
    "born": {
        "same": Chance(0.87, 0.0001),
        "swapped": Chance(0.02, 0.0001),
        "year_near": Chance(0.03, 0.0002),
        "near": Chance(0.065, 0.002),
        "different": Chance(0.015, 0.9976),
    },
    "born_year": {
        "same": Chance(0.93, 0.03),
        "near": Chance(0.05, 0.06),
        "different": Chance(0.02, 0.91),
    },
    "phone": {"same": Chance(0.60, 0.001), "different": Chance(0.40, 0.999)},
    "address": {
        "same": Chance(0.50, 0.002),
        "near": Chance(0.20, 0.05),
        "different": Chance(0.30, 0.948),
    },
}

#: Sums of weights, in bits, from which a pair is very likely, or possible. Ours (O), tried on the same fictional set.
VERY_LIKELY_FROM = 18.0
POSSIBLE_FROM = 9.0

#: First names by which one person is called, without accents. Ours (O): usage, English, French and Acadian.
GIVEN_ALIKE: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in """
    william will bill billy liam guillaume
    robert rob bob bobby robbie
    elizabeth elisabeth liz lizzie beth betty lisa eliza babette
    margaret marguerite maggie meg peggy margot
    catherine katherine kathryn cathy kathy kate katie katrine
    james jim jimmy jamie jacques
    john johnny jack jon jean
    joseph joe joey jos
    michael mike mickey michel mick
    richard rick ricky dick rich
    edward ed eddie ted edouard edmond
    charles charlie chuck charlot
    thomas tom tommy
    daniel dan danny
    david dave davy
    alexander alexandre alex sandy xander
    alexandra alex sandra
    anthony antoine tony
    steven stephen steve etienne stephane
    andrew andre andy drew
    peter pierre pete pierrot
    paul paulo paulin
    gerard gerry gerald jerry
    joshua josh
    matthew mathieu matthieu matt
    nicholas nicolas nick nic
    christopher christophe chris
    christine christina chris tina
    patricia pat patty trish
    susan suzanne sue susie suzie
    deborah debra deb debbie
    jennifer jen jenny
    jessica jess jessie
    rebecca rebecka becky
    samantha samuel sam sammy
    victoria vicky victoire
    genevieve ginette
    madeleine mado madelon madeline
    evangeline vangie line
    frederic frederick fred freddy
    maxime maximilien max
    philippe philip phil
    leonard leo leonide
    alphonse phonse
    zacharie zachary zach
    theresa therese terry tess
    anne ann annie anna nan nancy
    marie mary maria mimi
    joanne joan jeanne jo
    helene helen ellen nellie
    francois francis frank
    francoise frances fran
    henri henry harry hank
    louis lewis lou
    louise lou
    laurent lawrence larry
    marc mark
    luc luke
    guy guido
    yves ivan
    rejean jean
    camille cam
    """.strip().splitlines()
)
#: Family names borne in French and in English by the same families of the Maritimes. Ours (O): usage, to be completed.
FAMILY_ALIKE: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in """
    leblanc white blanc
    roy king
    poirier perry
    aucoin wedge
    chiasson chaisson
    bourgeois burgess
    boudreau boudrot
    """.strip().splitlines()
)
