"""Documents of a case: brought, read again, added, read by who may, copied as a disclosure, replaced, withdrawn."""
# ruff: noqa: F811

import contextlib
import datetime
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from egide.cases.models import DocumentPart, Draft, Entry, PendingDocument
from egide.cases.models.document import PART_BYTES, WITHDRAWN
from egide.cases.queries import documents as queries
from egide.cases.services import closing, documents, serving
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.idempotency import new_key
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role
from egide.sharing import services as sharing
from egide.sharing.models import Disclosure
from egide.uploads.inspecting import Inspected
from egide.uploads.kinds import KINDS
from egide.vault import errors
from egide.vault import services as vault
from egide.vault.models import FileKeys
from tests.cases.test_pages import full, post, sign_in  # noqa: F401
from tests.conftest import NOON
from tests.factories import A_PICTURE, DAY, a_member
from tests.uploads import files

pytestmark = pytest.mark.django_db
#: Three parts and a little: what is swapped, cut or moved within it shows.
LONG = Inspected(KINDS["text"], "".join(f"line {n}\n" for n in range(20_000)).encode(), (), 1)


@pytest.fixture
def case(world):
    world.case = world.active()
    return world.case


def opened(world, paper, actor=None, **how):
    return queries.open_document(
        case_id=world.case.pk,
        entry_id=paper.pk,
        actor=actor or world.coordinator,
        at=NOON,
        bytes_of=KINDS,
        **how,
    )


def brought(world, actor=None, *, former=None, made=A_PICTURE, **said):
    said = {
        "file_id": world.case.files.get(role="victim").pk,
        "category": "incident.facts",
        "title": "Photo of the door",
        "text": "A broken lock.",
        **said,
    }
    return documents.bring(
        case_id=world.case.pk,
        said=documents.Said(**said),
        brought=documents.Brought(made, "IMG_0042.jpg", b"as it came"),
        former_id=former.pk if former else None,
        actor=actor or world.officer,
        at=NOON,
    )


def add(world, pending, actor=None):
    return documents.add_document(
        case_id=world.case.pk, pending_id=pending.pk, actor=actor or world.officer, at=NOON
    )


class TestAdding:
    def test_makes_an_entry_held_and_bound_as_any_other(self, world, case):
        paper = world.document(case, dated_on=NOON.date())

        assert (paper.holder, paper.agency, paper.author) == (
            world.police_agency,
            world.police_agency,
            world.officer,
        )
        assert (paper.category, paper.compartment, paper.kind) == ("incident.facts", "common", "")
        assert paper.regimes == ",".join(world.police_agency.regimes)
        assert paper.observed_on == NOON.date()
        assert opened(world, paper).data == A_PICTURE.data
        assert LedgerEntry.objects.filter(body__contains='"cases.document_added"').count() == 1

    def test_leaves_nothing_of_what_waited(self, world, case):
        pending = brought(world)
        assert FileKeys.objects.filter(pk=pending.pk).exists()
        add(world, pending)

        assert not PendingDocument.objects.exists()
        assert not FileKeys.objects.filter(pk=pending.pk).exists()
        assert not DocumentPart.objects.filter(entry__isnull=True).exists()

    @pytest.mark.parametrize("made", [A_PICTURE, LONG])
    def test_writes_nothing_in_clear(self, world, case, made):
        """No table of the database holds its name, its title, its words, or a run of its bytes."""
        pending = brought(world, made=made, title="Unheard-of title", text="Unheard-of words")
        for _step in ("waiting", "added"):
            for looked_for in (b"Unheard-of", b"IMG_0042", b"2026:11:01", b"line 777", made.data[40:80]):
                assert not _in_any_table(looked_for), looked_for
            if pending is not None:
                add(world, pending)
                pending = None

    def test_fills_its_last_part_so_that_rows_do_not_tell_its_size(self, world, case):
        world.document(case)
        world.document(case, made=LONG)

        lengths = {len(part.data.ciphertext) for part in DocumentPart.objects.order_by("pk")}
        assert len(lengths) == 1
        assert lengths.pop() > PART_BYTES

    @pytest.mark.parametrize(
        "said",
        [{"title": " "}, {"text": ""}, {"category": "plan.safety"}, {"dated_on": NOON.date() + 2 * DAY}],
    )
    def test_refuses_what_is_not_said(self, world, case, said):
        with pytest.raises(Refused):
            brought(world, **said)

        assert not PendingDocument.objects.exists()

    def test_is_not_for_who_only_reads_nor_for_who_is_elsewhere(self, world, case):
        reader = a_member(world.police_agency, Role.EVALUATOR)
        for actor in (reader, world.referrer, a_member(world.health_agency, Role.REFERRER)):
            with pytest.raises((PermissionDenied, NotVisible)):
                brought(world, actor)

    def test_takes_no_document_once_the_case_is_closed(self, world, case):
        pending = brought(world, world.coordinator)
        closing.close_case(
            case_id=case.pk, reason="moved", note="Gone.", victim_view="declined", victim_words="",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        with pytest.raises(Refused):
            add(world, pending, world.coordinator)

        assert not Entry.objects.filter(form__startswith="document").exists()

    def test_is_of_who_brought_it_alone(self, world, case):
        pending = brought(world)
        for actor in (a_member(world.police_agency), world.coordinator):
            with pytest.raises(NotVisible):
                add(world, pending, actor)
            with pytest.raises(NotVisible):
                documents.give_up(case_id=case.pk, pending_id=pending.pk, actor=actor)

        other = world.active(given="Anne", family="Roy")
        with pytest.raises(NotVisible):
            documents.add_document(case_id=other.pk, pending_id=pending.pk, actor=world.officer, at=NOON)

    def test_a_fifth_that_waits_takes_the_place_of_the_oldest(self, world, case):
        first, *others = [brought(world) for _again in range(5)]

        assert set(PendingDocument.objects.order_by().values_list("pk", flat=True)) == {
            one.pk for one in others
        }
        assert not FileKeys.objects.filter(pk=first.pk).exists()

    def test_what_nobody_added_within_a_day_is_destroyed(self, world, case):
        pending = brought(world)
        assert documents.drop_old(at=NOON + DAY) == 0
        assert documents.drop_old(at=NOON + DAY + datetime.timedelta(seconds=1)) == 1

        assert not FileKeys.objects.filter(pk=pending.pk).exists()
        assert not DocumentPart.objects.exists()

    def test_stopped_in_the_middle_leaves_nothing(self, world, case, monkeypatch):
        """The last statement of the transaction fails: neither an entry without bytes, nor bytes without an entry."""
        pending = brought(world)
        before = DocumentPart.objects.count()

        def fails(**_how):
            raise DatabaseError("gone")

        with monkeypatch.context() as patch:
            patch.setattr(documents.ledger, "record", fails)
            with pytest.raises(DatabaseError):
                add(world, pending)
        assert not Entry.objects.filter(form="document:1").exists()
        assert DocumentPart.objects.count() == before

        assert opened(world, add(world, pending)).data == A_PICTURE.data  # what waited is still there


def _in_any_table(looked_for):
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("django_migrations"):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    if looked_for in raw:
                        return True
    return False


class TestReading:
    def test_is_decided_and_traced_as_an_entry(self, world, case):
        paper = world.document(case)
        before = LedgerEntry.objects.count()
        found = opened(world, paper, world.nurse)

        assert found.item.text == "A broken lock."
        assert found.basis == "consent"
        [trace] = LedgerEntry.objects.order_by("-pk")[: LedgerEntry.objects.count() - before]
        assert '"sharing.opened"' in trace.body
        assert str(paper.pk) in trace.body

    @pytest.mark.parametrize("category", ["health.general", "education.record", "child.protection"])
    def test_is_withheld_where_an_entry_of_its_kind_is(self, world, case, category):
        """The same classes, the same decision: whoever reads the note reads the document, and nobody else."""
        from egide.cases.services import noting

        paper = world.document(case, actor=world.nurse, category=category)
        noting.add_note(
            case_id=case.pk, file_id=paper.file_id, category=category, kind="fact", text="A note.",
            actor=world.nurse, at=NOON,
        )  # fmt: skip
        readers = (world.coordinator, world.officer, world.nurse, world.teacher, world.probation)
        for reader in readers:
            reads_note = reads_paper = False
            with contextlib.suppress(NotVisible):
                view = sharing.open_file(actor=reader, file=paper.file, purpose="case_management", at=NOON)
                reads_note = any(item.text == "A note." for item in view.items)
            with contextlib.suppress(NotVisible):
                reads_paper = bool(opened(world, paper, reader).data)
            assert reads_note == reads_paper, reader.agency.sector

    def test_ends_with_the_consent(self, world, case):
        paper = world.document(case, actor=world.coordinator)
        assert opened(world, paper, world.officer).data
        sharing.withdraw_consent(consent_id=_consent(world).pk, actor=world.advocate, at=NOON)

        with pytest.raises(NotVisible):
            opened(world, paper, world.officer)

    def test_of_another_case_is_not_there(self, world, case):
        paper = world.document(case)
        other = world.active(given="Anne", family="Roy")
        with pytest.raises(NotVisible):
            queries.open_document(case_id=other.pk, entry_id=paper.pk, actor=world.officer, at=NOON)

    def test_of_a_note_is_not_there(self, world, case):
        note = Entry.objects.filter(file__case=case).order_by("pk").first()
        with pytest.raises(NotVisible):
            opened(world, note)


def _consent(world):
    from egide.sharing.models import Consent

    return Consent.objects.get(case_id=world.case.pk)


class TestSealing:
    """Whatever is changed in the rows, nothing is answered rather than something else."""

    @pytest.fixture
    def paper(self, world, case):
        return world.document(case, made=LONG)

    def parts(self, paper):
        return list(DocumentPart.objects.filter(entry=paper).order_by("number"))

    def refuses(self, world, paper):
        with pytest.raises(errors.Damaged):
            opened(world, paper)

    def test_opens_whole(self, world, paper):
        assert len(self.parts(paper)) == 4
        assert opened(world, paper).data == LONG.data

    def test_a_part_changed_is_found(self, world, paper):
        part = self.parts(paper)[1]
        raw = bytearray(part.data.ciphertext)
        raw[500] ^= 1
        DocumentPart.objects.filter(pk=part.pk).update(data=bytes(raw))
        self.refuses(world, paper)

    @pytest.mark.parametrize("number", [0, 2, 3])
    def test_a_part_gone_is_found(self, world, paper, number):
        DocumentPart.objects.filter(entry=paper, number=number).delete()
        self.refuses(world, paper)

    def test_a_part_gone_and_the_rest_counted_anew_is_found(self, world, paper):
        DocumentPart.objects.filter(entry=paper, number=1).delete()
        for part in self.parts(paper)[1:]:
            DocumentPart.objects.filter(pk=part.pk).update(number=part.number - 1)
        DocumentPart.objects.create(entry=paper, number=3, data=self.parts(paper)[0].data.ciphertext)
        self.refuses(world, paper)

    def test_parts_in_another_order_are_found(self, world, paper):
        first, second, *_more = self.parts(paper)
        DocumentPart.objects.filter(pk=first.pk).update(data=second.data.ciphertext)
        DocumentPart.objects.filter(pk=second.pk).update(data=first.data.ciphertext)
        self.refuses(world, paper)

    def test_parts_of_another_document_of_the_same_file_are_found(self, world, case, paper):
        other = world.document(case, made=LONG)
        for mine, theirs in zip(self.parts(paper), self.parts(other), strict=True):
            DocumentPart.objects.filter(pk=mine.pk).update(data=theirs.data.ciphertext)
        self.refuses(world, paper)

    def test_a_part_once_more_is_refused_by_the_database(self, paper):
        part = self.parts(paper)[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            DocumentPart.objects.create(entry=paper, number=0, data=part.data.ciphertext)

    def test_a_part_of_nothing_or_of_two_things_is_refused_by_the_database(self, world, paper):
        pending = brought(world)
        for of in ({}, {"entry": paper, "pending": pending}):
            with pytest.raises(IntegrityError), transaction.atomic():
                DocumentPart.objects.create(number=9, data=b"x", **of)

    def test_nobody_opens_it_once_the_keys_of_its_file_are_destroyed(self, world, paper):
        vault.shred(file_id=paper.file_id, at=NOON)
        with pytest.raises(errors.Shredded):
            opened(world, paper)


class TestVersions:
    def test_one_takes_the_place_of_the_other(self, world, case):
        first = world.document(case)
        second = add(world, brought(world, former=first, title="Sharper", text="The same lock."))

        first.refresh_from_db()
        assert (first.is_current, second.is_current, second.replaces) == (False, True, first)
        assert opened(world, second).item.content["title"] == "Sharper"
        with pytest.raises(NotVisible):
            opened(world, first)

    def test_it_stays_in_the_same_file_and_of_the_same_kind_whatever_is_said(self, world, case):
        first = world.document(case)
        elsewhere = case.files.get(role="person_of_concern")
        second = add(world, brought(world, former=first, file_id=elsewhere.pk, category="justice.history"))

        assert (second.file_id, second.category, second.holder_id) == (
            first.file_id,
            first.category,
            first.holder_id,
        )

    def test_only_the_agency_that_brought_it_replaces_or_withdraws(self, world, case):
        paper = world.document(case)
        for actor in (world.coordinator, world.nurse):
            with pytest.raises(NotVisible):
                brought(world, actor, former=paper)
            with pytest.raises(NotVisible):
                documents.withdraw_document(
                    case_id=case.pk, entry_id=paper.pk, title="x", reason="No.", actor=actor, at=NOON
                )

    def test_two_at_once_are_one(self, world, case):
        first = world.document(case)
        one, two = (brought(world, former=first) for _again in range(2))
        add(world, one)
        with pytest.raises(Refused):
            add(world, two)

        assert Entry.objects.filter(form="document:1", is_current=True).count() == 1

    def test_withdrawn_nobody_opens_it_and_the_reason_takes_its_place(self, world, case):
        paper = world.document(case)
        with pytest.raises(Refused):
            documents.withdraw_document(
                case_id=case.pk, entry_id=paper.pk, title="Photo", reason=" ", actor=world.officer, at=NOON
            )
        note = documents.withdraw_document(
            case_id=case.pk,
            entry_id=paper.pk,
            title="Photo",
            reason="Another door.",
            actor=world.officer,
            at=NOON,
        )

        assert (note.form, note.replaces, note.category) == (WITHDRAWN, paper, paper.category)
        for actor in (world.officer, world.coordinator):
            with pytest.raises(NotVisible):
                opened(world, paper, actor)
        view = sharing.open_file(actor=world.nurse, file=paper.file, purpose="case_management", at=NOON)
        assert "Another door." in [item.text for item in view.items]


class TestAnOrderNotServed:
    """A document of an order made without notice is hidden from the side it binds as the order itself."""

    @pytest.fixture
    def order(self, world, case):
        return world.document(
            case, role="person_of_concern", category="justice.orders", title="Interim order", is_unserved=True
        )

    def serve(self, world, order):
        serving.record_service(
            case_id=world.case.pk, entry_id=order.pk, served_on=NOON.date(), said_by="police",
            actor=world.officer, at=NOON,
        )  # fmt: skip

    def test_is_read_by_that_side_once_it_is_served(self, world, order, client):
        page = sign_in(client, world.probation).get(world.case.get_absolute_url()).content.decode()
        assert "Interim order" not in page
        with pytest.raises(NotVisible):
            opened(world, order, world.probation)
        assert opened(world, order, world.officer).data
        self.serve(world, order)

        assert opened(world, order, world.probation).data

    @pytest.mark.parametrize("is_served_meanwhile", [False, True])
    def test_a_new_version_waits_as_long_as_the_former(self, world, order, is_served_meanwhile):
        pending = brought(world, former=order)
        if is_served_meanwhile:
            self.serve(world, order)
        second = add(world, pending)

        assert second.is_served == is_served_meanwhile

    def test_why_it_was_withdrawn_waits_too(self, world, case, order):
        note = documents.withdraw_document(
            case_id=case.pk,
            entry_id=order.pk,
            title="Order",
            reason="Wrong one.",
            actor=world.officer,
            at=NOON,
        )
        assert not note.is_served

    def test_nothing_but_an_order_waits(self, world, case):
        with pytest.raises(Refused):
            brought(world, is_unserved=True)


FORM = {
    "category": "incident.facts",
    "title": "The door",
    "text": "A broken lock.",
    "observed_on": "2026-11-20",
}


def paper_of(data, name="IMG_0042.jpg"):
    return SimpleUploadedFile(name, data, "image/jpeg")


def fields(world, data, name="IMG_0042.jpg", **more):
    about = str(world.case.files.get(role="victim").pk)
    return {"about": about, **FORM, **more, "paper": paper_of(data, name)}


def new_page(world):
    return reverse("cases:document-new", args=[world.case.pk])


class TestPages:
    def test_from_the_form_to_the_file(self, full, client):
        sign_in(client, full.officer)
        answer = post(client, new_page(full), fields(full, files.photo()))
        check = answer.headers["Location"]
        page = unescape(client.get(check).content.decode())
        for said in (
            "Where it was taken",
            "45.96333, -66.64167",
            "A. Photographer",
            "the kitchen at her sister's",
        ):
            assert said in page
        assert not Entry.objects.filter(author=full.officer, form="document:1").exists()

        answer = post(client, check)
        paper = Entry.objects.get(author=full.officer, form="document:1")
        assert answer.headers["Location"] == reverse("cases:document", args=[full.case.pk, paper.pk])
        page = client.get(answer.headers["Location"]).content.decode()
        assert "A broken lock." in page
        assert "45.96333" not in page
        shown = client.get(re.search(r'<img class="document" src="([^"]+)"', page)[1])
        assert shown.content.startswith(b"\xff\xd8")
        assert b"Photographer" not in shown.content
        assert "The door" in client.get(full.case.get_absolute_url()).content.decode()
        assert client.get(check).status_code == 404
        assert not Draft.objects.filter(form="document").exists()

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_a_hostile_file_is_refused_and_nothing_typed_is_lost(self, full, client, language):
        sign_in(client, full.officer, language)
        words = {"en": "This PDF holds a program", "fr": "Ce PDF contient un programme"}
        data = files.pdf(files.opens("JavaScript", JS="app.alert(1)"))
        answer = post(client, new_page(full), fields(full, data, "a.pdf"))
        page = unescape(answer.content.decode())

        assert answer.status_code == 422
        assert words[language] in page
        assert "A broken lock." in page
        assert "2026-11-20" in page
        assert not PendingDocument.objects.filter(owner=full.officer).exists()

    def test_one_too_large_is_refused_and_nothing_typed_is_lost(self, full, client, settings):
        settings.EGIDE_LARGEST_DOCUMENT = 100_000
        sign_in(client, full.officer)
        answer = post(client, new_page(full), fields(full, files.picture() + bytes(150_000)))
        page = unescape(answer.content.decode())

        assert answer.status_code == 422
        assert "This file is too large" in page
        assert "Choose the file." not in page
        assert "A broken lock." in page

    @pytest.mark.parametrize("left_out", ["about", "title", "text", "paper"])
    def test_what_is_missing_is_said(self, full, client, left_out):
        sign_in(client, full.officer)
        sent = {name: value for name, value in fields(full, files.picture()).items() if name != left_out}

        assert post(client, new_page(full), sent).status_code == 422

    def test_sent_twice_makes_one(self, full, client):
        sign_in(client, full.officer)
        key = new_key()
        answers = [
            client.post(new_page(full), {"submission": key, **fields(full, files.picture())}).headers[
                "Location"
            ]
            for _again in range(2)
        ]
        assert len(set(answers)) == 1
        key = new_key()
        made = [client.post(answers[0], {"submission": key}).headers["Location"] for _again in range(2)]

        assert len(set(made)) == 1
        assert Entry.objects.filter(author=full.officer, form="document:1").count() == 1

    def test_going_back_gives_back_what_was_said(self, full, client):
        sign_in(client, full.officer)
        check = post(client, new_page(full), fields(full, files.picture())).headers["Location"]
        back = unescape(client.get(new_page(full)).content.decode())
        assert "A broken lock." in back
        assert "The door" in back
        post(client, check + "give-up/")

        assert not PendingDocument.objects.filter(owner=full.officer).exists()
        assert "A broken lock." in unescape(client.get(new_page(full)).content.decode())

    def test_what_is_shown_is_sealed_off(self, full, client):
        sign_in(client, full.coordinator)
        answer = client.get(reverse("cases:document-content", args=[full.case.pk, full.paper.pk]))

        assert answer.headers["Content-Type"] == "image/png"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Disposition" not in answer.headers

    def test_a_pdf_is_shown_as_pictures_and_words_never_as_it_is(self, full, client):
        from egide.uploads import inspecting

        made = inspecting.inspect(files.pdf(pages=2), name="a.pdf")
        paper = full.document(full.case, actor=full.coordinator, made=made)
        sign_in(client, full.coordinator)
        page = client.get(
            reverse("cases:document", args=[full.case.pk, paper.pk]) + "?page=2"
        ).content.decode()
        assert "Fictional report, page 2" in page
        assert "?page=1" in page
        shown = client.get(re.search(r'<img class="document" src="([^"]+)"', page)[1])
        assert shown.headers["Content-Type"] == "image/png"
        for asked in ("?page=0", "?page=3", "?page=x", "?page=999999999999"):
            address = reverse("cases:document", args=[full.case.pk, paper.pk]) + asked
            assert "page 1" in client.get(address).content.decode()

    def test_a_text_is_shown_within_the_page(self, full, client):
        made = Inspected(KINDS["text"], b"<script>alert(1)</script> said", (), 1)
        paper = full.document(full.case, actor=full.coordinator, made=made)
        sign_in(client, full.coordinator)
        page = client.get(reverse("cases:document", args=[full.case.pk, paper.pk])).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; said" in page
        assert "<script>alert" not in page
        assert client.get(reverse("cases:document-content", args=[full.case.pk, paper.pk])).status_code == 404

    def test_a_new_version_and_a_withdrawal_by_their_pages(self, full, client):
        sign_in(client, full.coordinator)
        replace = reverse("cases:document-replace", args=[full.case.pk, full.paper.pk])
        assert "A broken lock." in client.get(replace).content.decode()
        sent = {"title": "Sharper", "text": "The same lock.", "paper": paper_of(files.picture())}
        answer = post(client, post(client, replace, sent).headers["Location"])
        second = Entry.objects.get(replaces=full.paper)
        assert answer.headers["Location"].endswith(f"{second.pk}/")
        assert client.get(replace).status_code == 404

        withdraw = reverse("cases:document-withdraw", args=[full.case.pk, second.pk])
        assert post(client, withdraw, {"reason": ""}).status_code == 422
        post(client, withdraw, {"reason": "It is of another house."})
        page = client.get(full.case.get_absolute_url()).content.decode()
        assert "It is of another house." in page
        assert "Withdrawn" in page
        assert client.get(answer.headers["Location"]).status_code == 404

    def test_every_page_reads_in_french(self, full, client):
        sign_in(client, full.coordinator, "fr")
        case, paper = full.case.pk, full.paper.pk
        found = [new_page(full), reverse("cases:document-check", args=[case, full.brought.pk])]
        found += [
            reverse(f"cases:document{page}", args=[case, paper])
            for page in ("", "-copy", "-replace", "-withdraw")
        ]
        for url in found:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert 'lang="fr"' in answer.content.decode()


class TestACopy:
    def page(self, world, paper=None):
        return reverse("cases:document-copy", args=[world.case.pk, (paper or world.paper).pk])

    def test_is_a_disclosure_before_it_is_given(self, full, client):
        sign_in(client, full.officer)
        before = Disclosure.objects.count()
        assert "leaves the application" in client.get(self.page(full)).content.decode()
        assert Disclosure.objects.count() == before

        answer = post(client, self.page(full))
        row = Disclosure.objects.order_by("-pk").first()
        assert answer.content == A_PICTURE.data
        assert answer.headers["Content-Disposition"] == 'attachment; filename="document.png"'
        assert (row.method, row.recipient, row.categories) == (
            "export",
            full.police_agency,
            ["incident.facts"],
        )
        assert (row.basis, row.disclosed_by, row.is_against_rules) == ("consent", full.officer, False)
        assert row.consent is not None

    def test_of_ones_own_agency_needs_no_basis(self, full, client):
        sign_in(client, full.coordinator)
        post(client, self.page(full))

        assert Disclosure.objects.order_by("-pk").first().basis == "none"

    def test_asked_for_twice_is_recorded_once(self, full, client):
        sign_in(client, full.officer)
        key, before = new_key(), Disclosure.objects.count()
        for _again in range(2):
            assert client.post(self.page(full), {"submission": key}).content == A_PICTURE.data

        assert Disclosure.objects.count() == before + 1

    def test_is_not_for_who_may_only_read(self, full, client):
        sign_in(client, full.nurse)
        page = client.get(reverse("cases:document", args=[full.case.pk, full.paper.pk])).content.decode()
        before = Disclosure.objects.count()

        assert "A broken lock." in page
        assert "Take a copy" not in page
        assert client.get(self.page(full)).status_code == 403
        assert post(client, self.page(full)).status_code == 403
        assert Disclosure.objects.count() == before


class TestTheOtherSide:
    """What the victim's side brings is not there for the other: title, count, bytes, identifiers, size."""

    def everything(self, world, client):
        """All that somebody of probation can ask for about documents of the case, as it is answered."""
        case, paper = world.case.pk, world.paper.pk
        addresses = [world.case.get_absolute_url(), reverse("cases:case", args=[case]) + "?all=1"]
        addresses += [
            reverse(f"cases:document{page}", args=[case, paper])
            for page in ("", "-content", "-copy", "-replace", "-withdraw")
        ]
        found = []
        for url in addresses:
            answer = client.get(url)
            body = re.sub(
                rb'value="[^"]{20,}"|"X-CSRFToken": "[^"]+"|X-CSRFToken&quot;: &quot;\w+', b"", answer.content
            )
            found.append((answer.status_code, body, answer.headers.get("Content-Length")))
        return found

    @pytest.mark.parametrize("category", ["health.general", "social.services"])
    def test_sees_the_same_bytes_whether_there_is_one_or_none(self, full, client, category):
        full.paper = full.document(
            full.case, actor=full.coordinator, category=category, title="At the shelter"
        )
        sign_in(client, full.probation)
        with_it = self.everything(full, client)
        Entry.objects.filter(pk=full.paper.pk).delete()
        without = self.everything(full, client)

        for (status, body, size), (other_status, other_body, other_size) in zip(
            with_it, without, strict=True
        ):
            assert (status, size) == (other_status, other_size)
            assert body == other_body
        assert all(b"shelter" not in body for _status, body, _size in with_it)
        assert [status for status, _body, _size in with_it[2:]] == [404] * 5

    def test_learns_nothing_by_bringing_a_version_of_it(self, full, client):
        sign_in(client, full.probation)
        answers = []
        for pk in (full.paper.pk, full.case.pk):
            url = reverse("cases:document-replace", args=[full.case.pk, pk])
            answer = post(client, url, {"title": "x", "text": "x", "paper": paper_of(files.picture())})
            answers.append((answer.status_code, len(answer.content)))

        assert answers[0] == answers[1]
        assert answers[0][0] == 404

    @pytest.mark.parametrize("reader", ["probation", "officer", "teacher"])
    def test_is_offered_the_files_a_note_may_go_in_and_no_other(self, full, client, reader):
        sign_in(client, getattr(full, reader))
        offered = [
            set(re.findall(r'name="about" type="radio" value="([^"]+)"', client.get(url).content.decode()))
            for url in (reverse("cases:note", args=[full.case.pk]), new_page(full))
        ]
        assert offered[0] == offered[1]
        elsewhere = str(full.received.files.get(role="victim").pk)
        assert post(client, new_page(full), fields(full, files.picture(), about=elsewhere)).status_code == 422

    def test_an_agency_elsewhere_meets_nothing(self, full, client):
        sign_in(client, a_member(full.police_agency, Role.EVALUATOR))
        for page in ("", "-content", "-copy"):
            url = reverse(f"cases:document{page}", args=[full.case.pk, full.paper.pk])
            assert client.get(url).status_code == 404
