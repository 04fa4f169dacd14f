"""What an e-mail is beside the words that are new in it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class MailBody(CompanyOwned):
    """The whole of a mail, of either direction: its message holds what is new in it. `html` is as
    it came and is cleaned by whoever shows it; `raw` is the mail itself, for who wants to open it.
    """

    message = models.OneToOneField(
        "omnichannel.Message", on_delete=models.CASCADE, related_name="mail"
    )
    text = models.TextField(_("texto inteiro"), blank=True)
    html = models.TextField("HTML", blank=True)
    # Named after what it holds (services.mails).
    raw = models.FileField(_("e-mail original"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("tamanho"), default=0)
    # With their angle brackets taken off; long ones are whole here.
    mail_id = models.TextField("Message-ID", blank=True)
    # A digest of who wrote what, by which copies of one mail are told from another mail of its id.
    mark = models.CharField(max_length=64, blank=True, default="", db_default="")
    in_reply_to = ArrayField(models.TextField(), default=list, blank=True)
    refers_to = ArrayField(models.TextField(), default=list, blank=True)
    # {"address", "name"} each.
    sender = models.JSONField(_("de"), default=dict, blank=True)
    reply_to = models.JSONField(_("responder a"), default=list, blank=True)
    sent_to = models.JSONField(_("para"), default=list, blank=True)
    copied_to = models.JSONField(_("com cópia"), default=list, blank=True)
    # pass, fail or none, as our own server found; "" where it said nothing.
    verdict = models.CharField(_("verificação do remetente"), max_length=8, blank=True)
    is_automatic = models.BooleanField(_("automático"), default=False)
    is_readable = models.BooleanField(_("legível"), default=True)
    # Too large to fetch: the files stayed in the mailbox.
    is_cut = models.BooleanField(_("incompleto"), default=False)
    charset_guessed = models.BooleanField(_("codificação adivinhada"), default=False)
    # Which file of the message stands at which Content-ID of the HTML: {cid: part}.
    inline = models.JSONField(default=dict, blank=True)
    invite = models.JSONField(_("convite"), default=dict, blank=True)

    class Meta:
        verbose_name = _("corpo de e-mail")
        verbose_name_plural = _("corpos de e-mail")

    def __str__(self) -> str:
        return f"{self.size} bytes"
