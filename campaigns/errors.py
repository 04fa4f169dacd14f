"""What a campaign refuses, in words for the person who made it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError


class CampaignMoved(Conflict):
    """A step that the campaign's state does not allow, a second press of a button for one."""

    code = "campanha_em_outra_situacao"
    message = _("A campanha não está mais nesta situação. Atualize a página.")


class CampaignFixed(Conflict):
    """It has begun to send: its content and people are frozen."""

    code = "campanha_iniciada"
    message = _("A campanha já começou e não pode mais ser alterada. Copie-a para mudar.")


class CampaignNotReady(DomainError):
    """Something is missing before anything may be sent; `fields` names each."""

    code = "campanha_incompleta"
    message = _("Falta algo antes de enviar. Veja os pontos indicados.")


class AudienceEmpty(DomainError):
    """Nobody would get it."""

    code = "publico_vazio"
    message = _("Ninguém receberia esta campanha. Confira o público e os motivos de exclusão.")


class ScheduleInThePast(DomainError):
    """The moment is over."""

    code = "agendamento_no_passado"
    status = 400
    message = _("Este horário já passou. Escolha um no futuro ou envie agora.")


class ListRefused(DomainError):
    """A list that cannot be read."""

    code = "lista_invalida"
    status = 400
    message = _("Não conseguimos ler a lista. Confira se há um número por linha.")


class ListReading(Conflict):
    """A workbook of numbers is on its way into the list."""

    code = "lista_em_leitura"
    message = _("A planilha da lista ainda está sendo lida. Tente de novo em instantes.")


class BudgetSpent(Conflict):
    """The number's budget of the month is used up."""

    code = "orcamento_esgotado"
    message = _("O orçamento do mês deste número acabou. Aumente-o ou espere o próximo mês.")
