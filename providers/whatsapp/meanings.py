"""What WhatsApp's error codes mean for us: our own code, what a person should do, and whether to
retry.

The classes follow Meta's error reference of 2026-06-18, which asks to decide by code and details,
never by title or HTTP status. Codes without a class there (1, 131000, 131053) are our judgement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.outgoing import Scope
from providers.whatsapp.template_errors import REFUSALS

PAIR_RATE = 131056


@dataclass(frozen=True, slots=True)
class Meaning:
    """Our reading of one error code; the fields mean what they mean in SendError.

    `final` is said instead of `sentence` where nothing is tried again by itself.
    """

    code: str
    sentence: Any
    final: Any = None
    retryable: bool = False
    retry_after: float | None = None
    scope: Scope = "message"


def _each(codes: Iterable[int], meaning: Meaning) -> dict[int, Meaning]:
    return dict.fromkeys(codes, meaning)


RATE = Meaning(
    "limite_de_envio",
    _("O limite de envios do número foi atingido. A mensagem será enviada em instantes."),
    final=_(
        "O limite de envios do número foi atingido e a mensagem não saiu. Espere um minuto e envie"
        " de novo."
    ),
    retryable=True,
    scope="number",
)
PROVIDER_DOWN = Meaning(
    "meta_indisponivel",
    _("O WhatsApp está instável. Vamos tentar de novo automaticamente."),
    final=_("O WhatsApp está instável e a mensagem não foi entregue. Envie de novo."),
    retryable=True,
)
TOKEN = Meaning(
    "credencial_invalida",
    _("O token de acesso do canal é inválido ou expirou. Peça a um administrador que o renove."),
    scope="channel",
)
PERMISSION = Meaning(
    "permissao_negada",
    _("O token do canal não tem permissão para isto. Peça a um administrador que revise o acesso."),
    scope="channel",
)
REJECTED = Meaning(
    "requisicao_recusada",
    _("O WhatsApp recusou a mensagem. Revise o conteúdo e tente de novo."),
)
BLOCKED_ACCOUNT = Meaning(
    "conta_bloqueada",
    _("A Meta restringiu esta conta. Peça a um administrador que veja o aviso da Meta."),
    scope="channel",
)
UNREGISTERED = Meaning(
    "numero_nao_registrado",
    _("O número do canal não está registrado na API. Peça a um administrador que o registre."),
    scope="channel",
)
UNDELIVERABLE = Meaning(
    "nao_entregavel",
    _(
        "A mensagem não pôde ser entregue: a pessoa pode não ter WhatsApp ou usar uma versão "
        "antiga. Tente outro contato."
    ),
    scope="recipient",
)
TEMPLATE_VARIABLES = Meaning(
    "modelo_variaveis",
    _(
        "As variáveis não combinam com o modelo. Sincronize os modelos, confira os campos e "
        "envie de novo."
    ),
    scope="template",
)
TEMPLATE_UNAVAILABLE = Meaning(
    "modelo_indisponivel",
    _("Este modelo não existe neste idioma ou não está aprovado. Escolha outro modelo."),
    scope="template",
)
BAD_CONTENT = Meaning(
    "conteudo_invalido",
    _("O WhatsApp não aceita este conteúdo. Revise os campos da mensagem e envie de novo."),
)
TEMPLATE_DRAFT = Meaning(
    "modelo_invalido",
    _("A Meta recusou o modelo. Corrija o texto ou os botões do modelo e envie para nova análise."),
    scope="template",
)
REGISTRATION = Meaning(
    "registro_recusado",
    _("O registro do número foi recusado. Confira a verificação e o PIN com um administrador."),
    scope="channel",
)

MEANINGS: dict[int, Meaning] = {
    # Slow down the whole number, then go on.
    **_each((4, 17, 32, 341, 613, 80007, 130429), RATE),
    131057: replace(RATE, retry_after=60.0),
    **_each((1, 2, 131000, 131016, 133004), PROVIDER_DOWN),
    2494100: replace(PROVIDER_DOWN, retry_after=300.0),
    133015: replace(PROVIDER_DOWN, retry_after=300.0, scope="number"),
    134101: Meaning(
        "modelo_em_sincronizacao",
        _("O modelo ainda está sendo preparado pela Meta. Vamos tentar de novo em dez minutos."),
        final=_(
            "O modelo ainda está sendo preparado pela Meta. Espere dez minutos e envie de novo."
        ),
        retryable=True,
        retry_after=600.0,
        scope="template",
    ),
    131056: Meaning(
        "limite_por_contato",
        _("Muitas mensagens seguidas para esta pessoa. A próxima sai em alguns segundos."),
        final=_("Muitas mensagens seguidas para esta pessoa. Espere um pouco e envie de novo."),
        retryable=True,
        retry_after=4.0,
        scope="recipient",
    ),
    **_each(
        (133008, 133009),
        Meaning(
            "pin_bloqueado",
            _("Muitas tentativas de PIN. Aguarde o prazo informado pela Meta e tente de novo."),
            retry_after=600.0,
            scope="channel",
        ),
    ),
    131053: Meaning(
        "midia_recusada",
        _("O WhatsApp não conseguiu usar o arquivo. Confira formato e tamanho e anexe de novo."),
    ),
    131052: Meaning(
        "midia_nao_baixada",
        _("O arquivo que a pessoa enviou não pôde ser baixado. Peça que ela envie de novo."),
    ),
    # Nothing goes out until a person repairs the access.
    **_each((0, 190, 102, 104), TOKEN),
    **_each((3, 10, 131005, *range(200, 300)), PERMISSION),
    33: Meaning(
        "numero_inexistente",
        _("A Meta não reconhece o número deste canal. Peça a um administrador que o confira."),
        scope="channel",
    ),
    **_each((368, 131031), BLOCKED_ACCOUNT),
    # "Restricted from messaging users in this country": everybody else can be written to.
    130497: Meaning(
        "pais_restrito",
        _(
            "A Meta não permite que esta conta envie mensagens para o país desta pessoa. Fale com"
            " ela por outro canal."
        ),
        scope="country",
    ),
    131042: Meaning(
        "pagamento_pendente",
        _("Há um problema de pagamento na conta da Meta. Peça a um administrador que o resolva."),
        scope="channel",
    ),
    **_each((131045, 133010), UNREGISTERED),
    131037: Meaning(
        "nome_nao_aprovado",
        _("A Meta ainda não aprovou o nome de exibição do número. Fale com um administrador."),
        scope="channel",
    ),
    134011: replace(
        BLOCKED_ACCOUNT,
        code="termos_nao_aceitos",
        sentence=_("Os termos da Meta ainda não foram aceitos. Fale com um administrador."),
    ),
    131048: Meaning(
        "restricao_de_spam",
        _(
            "A Meta limitou os envios deste número por denúncias de spam. As campanhas estão "
            "pausadas; respostas continuam."
        ),
        scope="campaigns",
    ),
    131064: Meaning(
        "limite_de_classificacao",
        _("A Meta limitou as campanhas desta conta. Espere a liberação antes de enviar outras."),
        scope="campaigns",
    ),
    131063: Meaning(
        "marketing_desativado",
        _("O envio de marketing está desativado para esta conta. Fale com um administrador."),
        scope="campaigns",
    ),
    131026: UNDELIVERABLE,
    131021: Meaning(
        "destinatario_igual",
        _("O destinatário é o próprio número do canal. Escolha outra pessoa."),
        scope="recipient",
    ),
    131030: Meaning(
        "fora_da_lista_de_teste",
        _(
            "O número é de teste e esta pessoa não está na lista de permitidos. Inclua-a no painel "
            "da Meta."
        ),
        scope="recipient",
    ),
    130403: Meaning(
        "contato_bloqueado",
        _("Esta pessoa está bloqueada no WhatsApp da clínica. Desbloqueie-a para escrever."),
        scope="recipient",
    ),
    130472: Meaning(
        "contato_em_experimento",
        _("A Meta não entregou a mensagem por um experimento dela. Tente outro meio de contato."),
        scope="recipient",
    ),
    131062: Meaning(
        "exige_telefone",
        _("Este tipo de mensagem exige o telefone da pessoa. Peça o número na conversa."),
        scope="recipient",
    ),
    131047: Meaning(
        "janela_fechada",
        _("Passaram mais de 24 horas da última mensagem da pessoa. Envie um modelo aprovado."),
        scope="recipient",
    ),
    131049: Meaning(
        "limite_de_marketing",
        _("A Meta segurou esta mensagem de marketing para a pessoa. Espere ao menos 24 horas."),
        scope="recipient",
    ),
    131050: Meaning(
        "marketing_recusado",
        _("A pessoa pediu para não receber mensagens de marketing. Não envie de novo."),
        scope="recipient",
    ),
    **_each((100, 131008, 131009, 131051, 131055, 135000, 134100, 134102), BAD_CONTENT),
    **_each((132000, 132012, 132018), TEMPLATE_VARIABLES),
    132005: replace(
        TEMPLATE_VARIABLES,
        code="modelo_longo",
        sentence=_("O modelo preenchido ficou longo demais. Encurte os valores e envie de novo."),
    ),
    132007: replace(
        TEMPLATE_UNAVAILABLE,
        code="modelo_fora_da_politica",
        sentence=_("O conteúdo do modelo não segue a política do WhatsApp. Escolha outro modelo."),
    ),
    132001: TEMPLATE_UNAVAILABLE,
    132015: replace(
        TEMPLATE_UNAVAILABLE,
        code="modelo_pausado",
        sentence=_("A Meta pausou este modelo por baixa qualidade. Escolha outro modelo."),
    ),
    132016: replace(
        TEMPLATE_UNAVAILABLE,
        code="modelo_desativado",
        sentence=_("A Meta desativou este modelo em definitivo. Escolha outro modelo."),
    ),
    **_each(
        (132068, 132069),
        Meaning(
            "formulario_indisponivel",
            _("O formulário deste modelo está bloqueado pela Meta. Escolha outro modelo."),
            scope="template",
        ),
    ),
    133000: replace(
        REGISTRATION,
        code="registro_incompleto",
        sentence=_("O último cancelamento do número não terminou na Meta. Registre de novo."),
    ),
    133005: replace(
        REGISTRATION,
        code="pin_incorreto",
        sentence=_(
            "O PIN não confere: é o da verificação em duas etapas deste número. Troque-o no"
            " Gerenciador do WhatsApp se ninguém o souber."
        ),
    ),
    133006: replace(
        REGISTRATION,
        code="numero_nao_verificado",
        sentence=_(
            "O número ainda não foi verificado. Confirme o código por SMS ou voz no Gerenciador do"
            " WhatsApp e registre depois."
        ),
    ),
    133016: replace(
        REGISTRATION,
        code="registros_demais",
        sentence=_("O número foi registrado 10 vezes em 72 horas. Espere esse prazo passar."),
    ),
    2635: Meaning(
        "versao_vencida",
        _("A versão da API da Meta em uso venceu. Quem cuida da instalação deve atualizá-la."),
        scope="channel",
    ),
    2388039: TEMPLATE_DRAFT,
    **{
        number: replace(TEMPLATE_DRAFT, code=code, sentence=sentence)
        for number, (code, sentence) in REFUSALS.items()
    },
}

UNKNOWN = Meaning(
    "erro_da_meta",
    _(
        "O WhatsApp recusou a mensagem por um motivo que não conhecemos. Tente de novo; se "
        "repetir, avise um administrador."
    ),
)
NOT_THERE = Meaning(
    "nao_encontrado_na_meta",
    _("A Meta não encontrou o que foi pedido. Confira o cadastro do canal."),
)
UNCERTAIN = Meaning(
    "envio_incerto",
    _("Não sabemos se a mensagem saiu. Aguarde a confirmação antes de enviar de novo."),
)
EXPIRED_TOKEN = replace(
    TOKEN,
    code="credencial_expirada",
    sentence=_("O token de acesso do canal expirou. Peça a um administrador que o renove."),
)

MEDIA_GONE = Meaning(
    "midia_sumiu",
    _("O WhatsApp não tem mais este arquivo. Peça ao paciente para enviar de novo."),
)
