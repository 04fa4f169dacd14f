"""One patient of the demo who writes by four channels: WhatsApp (her story), the clinic's site,
where she logged in, e-mail and Instagram. Staff have said that two of her records are one; two more
wait as suggestions.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.utils import timezone

from accounts.models import Company, Membership
from config.demo.directs import TALKS, DirectTalk, direct_say
from config.demo.people import MARINA
from contacts.models import Contact, DuplicatePair
from contacts.services.duplicates import pair_confirm
from omnichannel.models import Channel
from omnichannel.services.facts import facts_apply
from providers.choices import ChannelKind
from providers.delivery import Delivery
from providers.registry import adapter_for
from simulator.models import SimAccount

# Who she is on the sample site, which signs her: what she writes there goes on here.
SUBJECT = "marina"
ON_SITE = "Bom dia! Consigo remarcar a avaliação de quinta para outro dia?"
BY_MAIL = (
    "Bom dia,\n\nTambém escrevi pelo site e pelo WhatsApp. Segue o pedido do médico; na sexta de"
    " manhã eu consigo.\n\nObrigada,\nMarina"
)
DIRECT = "Oi! Sou a Marina, da avaliação de quinta. Vocês viram meu e-mail?"


def one_person_make(company: Company, author: Membership) -> None:
    """Let her write by the site, by e-mail and by Instagram, in this order."""
    now = timezone.now()
    _on_site(_channel(company, ChannelKind.WEBCHAT), now - timedelta(hours=5))
    person = Contact.objects.for_company(company).get(
        name=MARINA.name, email=MARINA.email, identities__value=MARINA.wa_id
    )
    for pair in DuplicatePair.objects.for_company(company).filter(first=person):
        pair_confirm(pair=pair, actor=author, kept=person)
    _by_mail(_channel(company, ChannelKind.EMAIL), now - timedelta(hours=2))
    _direct(_channel(company, ChannelKind.INSTAGRAM), author)


def _channel(company: Company, kind: ChannelKind) -> Channel:
    channel: Channel = Channel.objects.for_company(company).get(kind=kind)
    return channel


def _on_site(channel: Channel, at: datetime) -> None:
    act = {
        "account": channel.account_id,
        "visitor": f"s:{SUBJECT}",
        "name": MARINA.name,
        "email": MARINA.email,
        "signed": ["email", "name"],
        "act": "message",
        "id": f"demo.{SUBJECT}",
        "text": ON_SITE,
    }
    facts = adapter_for(channel.kind).parse(act, received_at=at)
    facts_apply(channel=channel, facts=list(facts))


def _by_mail(channel: Channel, at: datetime) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{MARINA.name} <{MARINA.email}>"
    mail["To"] = str(channel.settings["address"])
    mail["Subject"] = "Remarcar avaliação"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<demo.{SUBJECT}@exemplo.com.br>"
    mail.set_content(BY_MAIL)
    adapter = adapter_for(channel.kind)
    delivery = Delivery(headers={"content-type": "message/rfc822"}, body=bytes(mail))
    payload = adapter.read_for(channel.account(), delivery)
    facts_apply(channel=channel, facts=list(adapter.parse(payload, received_at=at)))


def _direct(channel: Channel, author: Membership) -> None:
    account = SimAccount.objects.get(account_id=channel.account_id)
    known = next(talk for talk in TALKS if talk.kind == channel.kind)
    talk = DirectTalk(
        known.kind,
        known.platform,
        known.account_id,
        known.name,
        known.shown,
        known.identity,
        "9990000000000013",
        MARINA.name,
        "marina.sales",
        DIRECT,
        "",
        timedelta(minutes=12),
    )
    direct_say(channel, account, author, talk)
