"""Flows in the back-office: secrets go in and never come out, files go with their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Company, Membership
from flows.models import Flow, FlowFile, FlowRun, FlowSecret
from omnichannel.models import Attachment, Channel
from queues.models import Queue
from tests.backoffice import Office
from tests.flows.conftest import Say, drawn, node, publish, run

pytestmark = pytest.mark.django_db


def test_a_secret_goes_in_and_never_comes_out(ana: Membership, rui: Membership) -> None:
    office = Office(ana)
    assert office.save("flows_flowsecret", name="agenda", value="s3gredo").status_code == 302
    row = FlowSecret.unscoped.get()
    assert row.sealed == {"value": "s3gredo"} and row.company_id == ana.company_id
    page = office.page("flows_flowsecret", row)
    assert page.status_code == 200 and "s3gredo" not in page.content.decode()
    office.save("flows_flowsecret", row, name="agenda", value="")
    row.refresh_from_db()
    assert row.sealed == {"value": "s3gredo"}
    assert "agenda" not in Office(rui).list("flows_flowsecret").content.decode()


def test_a_file_is_sent_by_a_message_and_goes_with_its_row(
    ana: Membership,
    clinic: Company,
    channel: Channel,
    queue: Queue,
    say: Say,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    office = Office(ana)
    file = SimpleUploadedFile("preparo.pdf", b"%PDF-1.4 preparo", "application/pdf")
    assert office.save("flows_flowfile", name="preparo.pdf", file=file).status_code == 302
    row = FlowFile.unscoped.get()
    publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            node("m", "mensagem", text="Segue o preparo.", file=str(row.pk)),
            node("fila", "fila"),
            edges="inicio.segue>m m.segue>fila",
        ),
    )
    (first, *_rest) = say("oi")
    assert first.text == "Segue o preparo."
    attached = Attachment.unscoped.get(message=first)
    assert (attached.filename, attached.mime_type) == ("preparo.pdf", "application/pdf")


def test_flows_and_runs_are_records(
    ana: Membership, clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    flow = publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            node("fila", "fila"),
            edges="inicio.segue>fila",
        ),
    )
    say("oi")
    office = Office(ana)
    assert "Primeiro contato" in office.list("flows_flow").content.decode()
    assert office.page("flows_flow", Flow.unscoped.get(pk=flow.pk)).status_code == 200
    assert office.page("flows_flowrun", run()).status_code == 200
    assert FlowRun.unscoped.get().outcome == "passada"
