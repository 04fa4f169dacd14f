"""Entries from a file: nothing lost, nothing doubled, nothing stored unseen."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, Company, Membership
from bot.models import KnowledgeEntry, Phrase
from bot.services.entry_import import (
    FILE_BYTES,
    EntryFile,
    EntryFileRefused,
    entries_import,
    entries_read,
)
from common.scoping import company_scope

HEAD = "pergunta;resposta;formas;vale de;vale até;uso\n"
PAGE = "/admin/bot/knowledgeentry/importar/"


def read(company: Company, content: str | bytes) -> EntryFile:
    data = content if isinstance(content, bytes) else content.encode()
    with company_scope(company.pk):
        return entries_read(company=company, file=io.BytesIO(data), size=len(data))


def store(company: Company, found: EntryFile, **options: bool) -> Any:
    with company_scope(company.pk):
        given = {"overwrites": False, "publishes": False, **options}
        return entries_import(
            company=company, actor=None, rows=[*found.new, *found.changed], **given
        )


def test_a_second_import_doubles_nothing(clinic: Company) -> None:
    text = HEAD + "Tem vaga?;Sim, na rua.;onde paro | posso estacionar;01/02/2027;;sugestão\n"
    done = store(clinic, read(clinic, text))
    row = KnowledgeEntry.unscoped.get()
    assert (done.added, row.status, row.use, str(row.valid_from)) == (
        *(1, "rascunho", "sugestao", "2027-02-01"),
    )
    assert Phrase.unscoped.filter(entry=row).count() == 4
    again = read(clinic, text.replace("Tem vaga?", "TEM  VAGA"))
    assert (len(again.new), len(again.changed), len(again.same)) == (0, 0, 1)
    other = read(clinic, HEAD + "Tem vaga?;Não.;vaga\n")
    assert store(clinic, other).left == 1
    assert store(clinic, other, overwrites=True).changed == 1
    row.refresh_from_db()
    assert (row.answer, row.status, Phrase.unscoped.filter(entry=row).count()) == (
        *("Não.", "rascunho", 5),
    )
    assert AuditEntry.unscoped.filter(action="conhecimento.importado").count() == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";Sim.;", "Falta a pergunta"),
        ("Tem vaga?;;", "Falta a pergunta"),
        ("=1+1;Sim.;", "fórmula"),
        ('Tem vaga?;"=HYPERLINK(""http://x.example"")";', "fórmula"),
        ("Tem vaga?;Sim.;;31/02/2027;;", "31/02/2027"),
        ("Tem vaga?;Sim.;;02/02/2027;01/02/2027;", "anterior"),
        ("Tem vaga?;Sim.;;;;talvez", "uso"),
        (f"{'ab' * 101};Sim.;", "200 letras"),
        (f"Tem vaga?;{'a' * 901};", "900"),
        (f"Tem vaga?;Sim.;{'|'.join(map(str, range(31)))};", "30 formas"),
    ],
    ids=list("abcdefghij"),
)
def test_each_row_that_is_not_taken_says_why(clinic: Company, row: str, reason: str) -> None:
    found = read(clinic, HEAD + row + "\nOutra?;Sim.;\n")
    assert [(one.line, reason in one.reason) for one in found.refused] == [(2, True)]
    assert [one.question for one in found.new] == ["Outra?"]


def test_the_same_question_twice_in_a_file_is_refused_once(clinic: Company) -> None:
    found = read(clinic, HEAD + "Tem vaga?;Sim.\ntem vaga;Não.\n")
    assert (len(found.new), "linha 2" in found.refused[0].reason) == (1, True)


def test_other_encodings_commas_and_workbooks_are_read(clinic: Company) -> None:
    latin = "pergunta,resposta\nAceita convênio?,Não é possível.\n".encode("cp1252")
    assert read(clinic, latin).new[0].question == "Aceita convênio?"
    wide = "pergunta\tresposta\nAceita convênio?\tNão.\n".encode("utf-16")
    assert read(clinic, wide).new[0].answer == "Não."
    book = openpyxl.Workbook()
    book.active.append(["Pergunta", "Resposta", "Formas"])
    book.active.append(["Aceita convênio?", "Não.", "plano | convenio"])
    kept = io.BytesIO()
    book.save(kept)
    assert read(clinic, kept.getvalue()).new[0].aliases == ("plano", "convenio")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nome;telefone\nx;y\n",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"<html><body>x</body></html>",
        b"PK\x03\x04" + b"\0" * 600,
        b"pergunta;resposta\n" + b"a;b\n" * 1001,
        b"x" * (FILE_BYTES + 1),
    ],
    ids=["empty", "other columns", "old excel", "page", "broken zip", "rows", "bytes"],
)
def test_a_file_that_is_none_of_ours_is_refused_whole(clinic: Company, content: bytes) -> None:
    with pytest.raises(EntryFileRefused):
        read(clinic, content)
    assert not KnowledgeEntry.unscoped.exists()


def upload(client: Client, company: Company, text: str, **more: str) -> str:
    file = SimpleUploadedFile("entradas.csv", text.encode())
    return client.post(PAGE, {"company": company.pk, "arquivo": file, **more}).content.decode()


def test_a_person_sees_what_would_happen_before_it_does(
    clinic: Company, rival: Company, ana: Membership, rui: Membership, client: Client
) -> None:
    client.force_login(ana.user)
    shown = upload(client, clinic, HEAD + "Tem vaga?;Sim.\n;sem pergunta\n", publishes="on")
    assert "Tem vaga?" in shown and "Falta a pergunta" in shown
    assert not KnowledgeEntry.unscoped.exists()
    rows = re.search(r'name="linhas" value="([^"]+)"', shown)
    assert rows is not None
    stranger = Client()
    stranger.force_login(rui.user)
    assert stranger.post(PAGE, {"linhas": rows[1]}).status_code == 403
    assert client.post(PAGE, {"linhas": rows[1] + "x"}).status_code == 302
    assert not KnowledgeEntry.unscoped.exists()
    for _turn in range(2):
        assert client.post(PAGE, {"linhas": rows[1]}).status_code == 302
    row = KnowledgeEntry.unscoped.get()
    assert (row.company_id, row.status) == (clinic.pk, "publicado")
    upload(client, rival, HEAD + "A?;B\n")
    assert KnowledgeEntry.unscoped.count() == 1


def test_attendants_import_nothing(clinic: Company, beto: Membership, client: Client) -> None:
    client.force_login(beto.user)
    assert client.get(PAGE).status_code in (302, 403)
    assert client.get("/admin/bot/knowledgeentry/exemplo.csv").status_code in (302, 403)


def test_the_example_is_itself_read(clinic: Company, ana: Membership, client: Client) -> None:
    client.force_login(ana.user)
    sample = client.get("/admin/bot/knowledgeentry/exemplo.csv").content
    assert len(read(clinic, sample).new) == 1
