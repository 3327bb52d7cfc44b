from datetime import datetime, timedelta
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


def _raise_late(at: datetime) -> int:
    from egide.cases.services import deadlines

    return deadlines.raise_late(at=at)


def _drop_old_drafts(at: datetime) -> int:
    from egide.cases.services import drafting

    return drafting.drop_old_drafts(at=at)


def _drop_old_documents(at: datetime) -> int:
    from egide.cases.services import documents

    return documents.drop_old(at=at)


def _record_lapses(at: datetime) -> int:
    from egide.cases.services import cascading

    return cascading.record_lapses(at=at)


def _recheck_consents(at: datetime) -> int:
    from egide.cases.services import rechecking

    return rechecking.ask_to_check(at=at)


def _forget_inquiries(at: datetime) -> int:
    from egide.cases.services import inquiring

    return inquiring.forget_answered(at=at)


def _ask_for_parts(at: datetime) -> int:
    from egide.cases.services import conferring

    return conferring.ask_for_parts(at=at)


def _remind_to_tell(at: datetime) -> int:
    from egide.cases.services import signalling

    return signalling.remind_to_tell(at=at)


def _tell_late_transfers(at: datetime) -> int:
    from egide.cases.services import transferring

    return transferring.tell_late(at=at)


def _look_for_same_people(at: datetime) -> int:
    from egide.cases.services import looking

    return looking.look_for_same_people(at=at)


class CasesConfig(AppConfig):
    name = "egide.cases"
    label = "cases"

    def ready(self) -> None:
        from egide.cases import actions, navigation
        from egide.cases.rules import protocol_file, standard_file
        from egide.cases.services import rechecking
        from egide.jobs import periodic
        from egide.ledger import wording

        if settings.EGIDE_PROTOCOLS:
            protocol_file.FOLDERS.append(Path(settings.EGIDE_PROTOCOLS))
            standard_file.FOLDERS.append(Path(settings.EGIDE_PROTOCOLS) / "standards")
        navigation.register()
        wording.register(actions.WORDS)
        periodic.register(periodic.Periodic("cases.raise_late", timedelta(minutes=1), _raise_late))
        periodic.register(
            periodic.Periodic("cases.tell_late_transfers", timedelta(minutes=1), _tell_late_transfers)
        )
        periodic.register(periodic.Periodic("cases.record_lapses", timedelta(minutes=1), _record_lapses))
        periodic.register(
            periodic.Periodic("cases.recheck_consents", timedelta(minutes=10), _recheck_consents)
        )
        rechecking.listen()
        periodic.register(periodic.Periodic("cases.forget_inquiries", timedelta(hours=6), _forget_inquiries))
        periodic.register(periodic.Periodic("cases.remind_to_tell", timedelta(minutes=10), _remind_to_tell))
        periodic.register(periodic.Periodic("cases.ask_for_parts", timedelta(minutes=10), _ask_for_parts))
        periodic.register(
            periodic.Periodic("cases.look_for_same_people", timedelta(minutes=1), _look_for_same_people)
        )
        periodic.register(periodic.Periodic("cases.drop_old_drafts", timedelta(hours=6), _drop_old_drafts))
        periodic.register(
            periodic.Periodic("cases.drop_old_documents", timedelta(hours=1), _drop_old_documents)
        )
