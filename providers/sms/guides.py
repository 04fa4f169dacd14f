"""How to point each SMS provider's webhooks at a channel, for its page (docs/channels/sms.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.account import Guide

VALIDATE = _("Volte aqui e use Validar.")
TOLD_BY_MESSAGE = _("Os avisos de entrega não precisam de nada: cada envio leva este endereço.")
SECRET = _("Quem conhece o endereço pode entregar mensagens: guarde-o como uma senha.")

GUIDES = {
    "twilio": Guide(
        _("Como receber as mensagens da Twilio aqui"),
        (
            _("Na Twilio, abra Console > Phone Numbers e escolha o número."),
            _("Em Messaging > A message comes in, escolha Webhook e HTTP POST: {address}"),
            _("Com um Messaging Service, é em Integration > Send a webhook."),
            TOLD_BY_MESSAGE,
        ),
        VALIDATE,
    ),
    "zenvia": Guide(
        _("Como receber as mensagens da Zenvia aqui"),
        (
            _("Na Zenvia, crie duas assinaturas do canal SMS com este endereço: {address}"),
            _("Uma do evento MESSAGE, direção IN, e outra do evento MESSAGE_STATUS."),
            _("Em webhook.headers, ponha Authorization com o segredo dos avisos deste canal."),
            SECRET,
        ),
        VALIDATE,
    ),
    "infobip": Guide(
        _("Como receber as mensagens da Infobip aqui"),
        (
            _("Na Infobip, abra Numbers e escolha o número."),
            _("Em Forward to HTTP, use JSON e este endereço: {address}"),
            TOLD_BY_MESSAGE,
            SECRET,
        ),
        VALIDATE,
    ),
    "generico": Guide(
        _("Como receber as mensagens do provedor aqui"),
        (
            _("No painel do provedor, informe este endereço para mensagens e recibos: {address}"),
            _("Se o provedor pede o endereço em cada envio, ponha {{{{retorno}}}} no corpo."),
            SECRET,
        ),
        _("Volte aqui e use Enviar teste."),
    ),
}
