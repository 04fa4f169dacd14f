"""How the documentation tells what `interactive` takes and what `metadata` holds. The shapes are
those of providers/content_json.py; further members may come.
"""

from __future__ import annotations

from typing import Any

from providers.content_json import ANSWERED_BY, LINK, WANTED

Schema = dict[str, Any]


def _object(said: str = "", /, **members: Schema) -> Schema:
    told = {"description": said} if said else {}
    return {"type": "object", "properties": members, "additionalProperties": {}, **told}


def _list(items: Schema, description: str = "") -> Schema:
    return {"type": "array", "items": items, "description": description}


def _text(description: str = "") -> Schema:
    return {"type": "string", "description": description}


_NUMBER = {"type": "number"}
_WORDS = _object(text=_text())
_CHOICE = {
    "id": _text("Volta na resposta."),
    "title": _text(),
    "description": _text("Só em listas."),
    "number": {
        "type": "integer",
        "description": "O número que se digita onde o canal não tem botões; sem ele, a posição.",
    },
}
PLACE = _object(
    latitude=_NUMBER, longitude=_NUMBER, name=_text(), address=_text(), url=_text("Só recebida.")
)
CARDS = _list(
    _object(
        name={
            "description": "Texto, ou as partes `{formatted_name, first_name?, last_name?, ...}`."
        },
        phones=_list(_object(phone=_text(), wa_id=_text(), type=_text())),
        emails=_list(_object(email=_text(), type=_text())),
        addresses=_list(_object(street=_text(), city=_text(), state=_text(), zip=_text())),
        urls=_list(_object(url=_text(), type=_text())),
        org=_object(company=_text(), department=_text(), title=_text()),
        birthday=_text(),
    ),
    "Cartões de contato.",
)
_ASKING_MEMBERS: dict[str, Schema] = {
    "header": _object(
        "`text`, ou um arquivo por `id` ou `link`; listas só levam texto.",
        type={"type": "string", "enum": ["text", "image", "video", "document"]},
        text=_text(),
    ),
    "body": {**_WORDS, "description": "Sem ele vale o `text` da mensagem."},
    "footer": _WORDS,
    "action": _object(
        "`button`: `buttons`; `list`: `button` e `sections`; `cta_url`: `name` e `parameters`;"
        " `location_request_message`: `name` `send_location`; `contact_request`: `name`"
        " `request_contact_info`.",
        buttons=_list(_object(type=_text(), reply=_object(**_CHOICE))),
        button=_text("O que abre a lista."),
        sections=_list(_object(title=_text(), rows=_list(_object(**_CHOICE)))),
        name=_text(),
        parameters=_object(display_text=_text(), url=_text()),
    ),
}
ASKING = _object(
    "Uma pergunta com opções, um link ou um pedido, igual para todos os canais. Num canal sem"
    " botões a pergunta sai como texto com números, e o número ou as palavras da opção respondem.",
    type={"type": "string", "enum": ["button", "list", LINK, *WANTED]},
    **_ASKING_MEMBERS,
)
METADATA = _object(
    "O que a mensagem leva além do texto; vazia se o autor a apagou.",
    location=PLACE,
    contacts=CARDS,
    shared_phone=_text("O telefone que a pessoa deu porque pedimos."),
    order=_object(
        catalog_id=_text(),
        product_items=_list(
            _object(
                product_retailer_id=_text(),
                quantity={"description": "Número ou texto, como o provedor mandou."},
                item_price={"description": "Número ou texto, como o provedor mandou."},
                currency=_text(),
            )
        ),
    ),
    reaction=_object(message_id=_text("O id no provedor."), emoji=_text()),
    interactive=_object(
        "O que perguntamos (como em `interactive` ao enviar; `as_words` quando saiu como texto com"
        " números) ou o que a pessoa respondeu: uma opção (`id`, `title`; `typed` quando a"
        " digitou), um formulário (`response`) ou a permissão de ligar.",
        type={
            "type": "string",
            "enum": [
                *("button", "list", LINK, *WANTED),
                *(word for word in ANSWERED_BY if word != "button"),
                *("nfm_reply", "call_permission_reply"),
            ],
        },
        as_words={"type": "boolean"},
        id=_text("O `id` da opção."),
        title=_text(),
        description=_text(),
        typed={"type": "boolean"},
        name=_text("O nome do formulário."),
        response={"description": "As respostas do formulário, ou `accept`/`reject`."},
        response_json=_text("O que o formulário mandou, quando não é JSON."),
        expiration_timestamp={"description": "Até quando vale a permissão de ligar."},
        response_source=_text(),
        **{
            **_ASKING_MEMBERS,
            "body": {"description": "O texto da pergunta, `{text}`; num formulário, o do botão."},
        },
    ),
    template=_object("O modelo enviado, com o que a pessoa viu.", name=_text(), language=_text()),
    referral=_object("O anúncio que trouxe a pessoa."),
    story=_object("O que a mensagem tem com um story: `reply` ou `mention`.", kind=_text()),
    unsupported=_object("O que o canal não trouxe.", type=_text()),
    purpose=_text("Mensagem automática: `avaliacao`, `posicao`, ..."),
)
