"""What files hold, as classes: what is decided about them before anything is opened."""

from collections.abc import Collection, Sequence

from django.db.models import BooleanField, Value
from django.db.models.functions import Coalesce

from egide.assessments import queries as assessments
from egide.assessments.models import SUMMARY_CATEGORY
from egide.cases.models import Case, Entry, File, Task
from egide.cases.models.file import NAME_CATEGORY, entry_classes, item_classes
from egide.sharing.relation import ItemClass

#: Nothing but an order in an entry waits to be served.
_SERVED = Value(True, output_field=BooleanField())


def held_classes(
    files: Sequence[File],
    *,
    categories: Collection[str] | None = None,
    sheets: Collection[str] = (SUMMARY_CATEGORY,),
) -> list[ItemClass]:
    """Answer the classes of all that files hold: names, entries, words of tasks, assessments; each once, in one query.

    Args:
        categories: these alone; all of them when None.
        sheets: what is asked of assessments: the category of their summaries, of their answers, or both.
    """
    pks = [file.pk for file in files]
    entries = entry_classes(pks)
    tasks = (
        Task.objects.filter(file__in=pks, text__isnull=False)
        .order_by()
        .values_list("file", "category", Coalesce("words_of", "agency"), "regimes", _SERVED)
        .distinct()
    )
    names = files if categories is None or NAME_CATEGORY in categories else ()
    if categories is not None:
        entries, tasks = entries.filter(category__in=categories), tasks.filter(category__in=categories)
        sheets = [one for one in sheets if one in categories]
    beside = [assessments.sheet_classes(file_ids=pks, category=one) for one in sheets]
    found = item_classes(entries.union(tasks, *beside, all=True))
    return list(dict.fromkeys([*(file.name_class for file in names), *found]))


def held_kinds(case: Case, *, file: File | None = None) -> set[tuple[str, str]]:
    """Answer the categories the case holds, each with whose file it is: in entries, names, tasks, assessments.

    Args:
        file: one that the case is not about, to be asked of alone.
    """
    entered = Entry.objects.filter(file__case=case, is_current=True).order_by()
    worked = Task.objects.filter(case=case).order_by()
    if file is not None:
        entered, worked = entered.filter(file=file), worked.filter(file=file)
    held = set(entered.values_list("category", "file__role").distinct())
    held |= set(worked.values_list("category", "file__role").distinct())
    if file is not None:
        return held | {(NAME_CATEGORY, str(file.role))}
    held |= {(NAME_CATEGORY, role) for role in case.files.order_by().values_list("role", flat=True)}
    return held | {(SUMMARY_CATEGORY, case.programme.protocol.subject)}
