"""What tests of campaigns share: a template, people who allowed it, and a provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.models import Company, Membership
from campaigns.models import Campaign
from campaigns.services.audiences import audience_build, audience_request
from campaigns.services.campaigns import VariantDraft, campaign_save
from contacts.models import Contact
from contacts.services.contacts import contact_save
from omnichannel.models import Channel, Template
from tests import make
from tests.campaigns.graph import Graph

ALL_DAY = {"quiet_from": "00:00", "quiet_until": "00:00"}


def template_for(channel: Channel, **values: Any) -> Template:
    """Make an approved marketing template with one variable."""
    given: dict[str, Any] = {
        "name": "oferta",
        "language": "pt_BR",
        "category": "MARKETING",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Olá {{1}}, venha nos visitar."}],
    }
    return Template.unscoped.create(
        company_id=channel.company_id, waba_id=channel.waba_id, **{**given, **values}
    )


def patient(actor: Membership, name: str = "", *, allows: bool | None = True) -> Contact:
    """Make a person with a number of their own, who allows marketing unless told otherwise."""
    number = f"+554199{make.next_number():07d}"
    values: dict[str, Any] = {} if allows is None else {"marketing_opt_in": allows}
    return contact_save(actor=actor, name=name or "Joana Dias", phone=number, **values)


@pytest.fixture
def template(channel: Channel) -> Template:
    """Give an approved template."""
    return template_for(channel)


@pytest.fixture
def draft(clinic: Company, ana: Membership, channel: Channel, template: Template) -> Any:
    """Give a way to make a draft for everybody who is on record."""

    def made(**values: Any) -> Campaign:
        given: dict[str, Any] = {
            "name": "Volta às consultas",
            "channel": channel,
            "filters": {"conditions": [{"field": "nome", "operator": "preenchido"}]},
            **{"quiet_from": "00:00", "quiet_until": "00:00", "frequency_days": 0, "rate": 80},
        }
        drafts = values.pop("variants", [VariantDraft(template, "", {"1": "{primeiro_nome}"})])
        return campaign_save(actor=ana, variants=drafts, **{**given, **values})

    return made


@pytest.fixture
def ready(draft: Callable[..., Campaign], ana: Membership) -> Any:
    """Give a way to make a campaign whose list is frozen."""

    def made(**values: Any) -> Campaign:
        row = audience_request(campaign=draft(**values), actor=ana)
        audience_build(campaign=row)
        row.refresh_from_db()
        return row

    return made


@pytest.fixture
def graph(settings: LazySettings) -> Iterator[Graph]:
    """Give a provider that takes everything."""
    with Graph() as server:
        settings.META_GRAPH_URL = server.url
        yield server
