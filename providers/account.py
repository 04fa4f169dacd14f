"""What a channel of a kind needs: declared once by the kind, and drawn, read and kept from here.

The back-office form, the API, `omnichannel.services.channels` and the proof all ask this. Nothing
here touches the database or the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

Input = Literal["text", "password", "url", "choice", "textarea", "flag"]
Errors = dict[str, list[Any]]

UNKNOWN = _("Este campo não existe neste tipo de canal.")
REQUIRED = _("Preencha este campo.")
NOT_TEXT = _("Envie um texto.")
NOT_FLAG = _("Envie verdadeiro ou falso.")
TOO_LONG = _("O texto é longo demais para este campo.")
NOT_CHOICE = _("Escolha uma das opções deste campo.")
NOT_URL = _("Informe um endereço completo, que comece com https://.")
NOT_FORM = _("O valor não tem a forma esperada. Confira e digite de novo.")
FIXED = _("Isto não muda depois que o canal existe. Crie outro canal.")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a channel of a kind needs.

    name           the key in `Channel.settings`, in `Channel.credentials` for a secret, or in what
                   the API takes; also the name of the input
    label          what stands above the input, and help under it
    is_secret      kept sealed, written and never shown; an empty one keeps what is stored
    is_required    nothing works without it. A secret may come later: nothing is proven before
    input          how it is typed
    choices        (stored value, words) of a choice
    pattern        a regular expression that the whole value has to match
    max_length     in characters
    example        a value for the documentation of the API
    default        what holds where nothing was given; a function where a setting of the
                   installation decides
    column         the column of Channel that keeps it instead of `settings`
    names_account  another value means another account, and ends the proof; a secret always does
    is_for_owner   only who runs the installation may set it, in the back-office
    only           the choices of `AccountShape.chosen_by` that need it; empty for all
    """

    name: str
    label: Any
    help: Any = ""
    is_secret: bool = False
    is_required: bool = False
    input: Input = "text"
    choices: tuple[tuple[str, Any], ...] = ()
    pattern: str = ""
    max_length: int = 200
    example: str = ""
    default: str | bool | Callable[[], str] = ""
    column: str = ""
    names_account: bool = False
    is_for_owner: bool = False
    only: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Name the value as the API does: `credentials.token`, `settings.host`, `waba_id`."""
        if self.is_secret:
            return f"credentials.{self.name}"
        return self.name if self.column else f"settings.{self.name}"

    def absent(self) -> str | bool:
        """Return what holds where nothing was given."""
        return self.default() if callable(self.default) else self.default

    def refusal(self, value: Any) -> Any:
        """Return the sentence for a value that the field does not take, None for a good one. An
        empty text is good: it takes the value away.
        """
        if self.input == "flag":
            return None if isinstance(value, bool) else NOT_FLAG
        if not isinstance(value, str) or "\x00" in value:
            return NOT_TEXT
        if not value:
            return None
        if len(value) > self.max_length:
            return TOO_LONG
        if self.input == "choice" and value not in dict(self.choices):
            return NOT_CHOICE
        if self.input == "url" and not _is_address(value):
            return NOT_URL
        if self.pattern and not re.fullmatch(self.pattern, value):
            return NOT_FORM
        return None


@dataclass(frozen=True, slots=True)
class Guide:
    """How to point the provider's webhooks here, for the page of a channel.

    Sentences may hold {address} (the channel's), {token} (AccountShape.verify_token) and {fields}
    (what to subscribe to); other braces stand twice, as for str.format.

    title         what it is about
    steps         in their order
    last          the step that only an administrator can do
    owner_token   what stands for {token} where who runs the installation has not asked to see it
    other_token   the same for everybody else
    """

    title: Any
    steps: tuple[Any, ...]
    last: Any = ""
    owner_token: Any = ""
    other_token: Any = ""


def _no_check(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> Mapping[str, Any]:
    return {}


def _never(settings: Mapping[str, Any]) -> bool:
    return False


PROVIDER = _("o provedor")
GUIDE = Guide(
    _("Como receber as mensagens aqui"),
    (
        _("No painel do provedor, informe este endereço para mensagens e recibos: {address}"),
        _("Quem conhece o endereço pode entregar mensagens: guarde-o como uma senha."),
    ),
    _("Volte aqui e valide o canal."),
)


@dataclass(frozen=True, slots=True)
class Given:
    """Settings and secrets as they will be stored, and what is wrong with them by `Field.path`."""

    settings: dict[str, Any]
    secrets: dict[str, str]
    errors: Errors


@dataclass(frozen=True, slots=True)
class AccountShape:
    """Everything that a channel of a kind needs.

    fields        in the order of the form
    check         sees settings (with defaults) and secrets together, and returns
                  {field name: sentence} for what no field can tell alone
    chosen_by     the required choice that decides which other fields there are (Field.only); it
                  is chosen with the kind and stays
    account_id    makes Channel.account_id of the settings, for a kind without a field that has
                  this column
    makes_id      makes Channel.account_id, once, for a kind whose accounts are ours to give; then
                  no secret proves anything
    verify_token  by which the provider asks whether we expect its webhooks
    provider      the provider's name as a sentence begins with it or has it in its middle, in lower
                  case and with its article ("a Meta"); providers by the choices of `chosen_by`
    guide         how to point webhooks here; guides by the choices of `chosen_by`
    is_tried      no question tells whether the credentials are good, so a test message does that
                  an administrator sends
    """

    fields: tuple[Field, ...] = ()
    check: Callable[[Mapping[str, Any], Mapping[str, str]], Mapping[str, Any]] = _no_check
    chosen_by: str = ""
    account_id: Callable[[Mapping[str, Any]], str] | None = None
    makes_id: Callable[[], str] | None = None
    verify_token: Callable[[], str] = field(default=str)
    provider: Any = PROVIDER
    providers: Mapping[str, Any] = field(default_factory=dict)
    guide: Guide = GUIDE
    guides: Mapping[str, Guide] = field(default_factory=dict)
    is_tried: Callable[[Mapping[str, Any]], bool] = _never

    def fields_for(self, settings: Mapping[str, Any]) -> tuple[Field, ...]:
        """Return the fields that there are with a choice of `chosen_by`."""
        chosen = settings.get(self.chosen_by, "")
        return tuple(one for one in self.fields if not one.only or chosen in one.only)

    def provider_words(self, settings: Mapping[str, Any]) -> str:
        """Return the provider's name, to stand in a sentence."""
        return str(self.providers.get(settings.get(self.chosen_by, ""), self.provider))

    def guide_for(self, settings: Mapping[str, Any]) -> Guide:
        """Return how to point the provider's webhooks here."""
        return self.guides.get(settings.get(self.chosen_by, ""), self.guide)

    def columns(self) -> Iterator[Field]:
        """Give the fields that a column of Channel keeps."""
        return (one for one in self.fields if one.column)

    def whole(self, settings: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
        """Return every value that is no secret, by field name: what `settings` and `columns` (by
        column) hold, else what holds where nothing was given.
        """
        found: dict[str, Any] = {}
        for one in self.fields_for(settings):
            if not one.is_secret:
                kept = columns.get(one.column) if one.column else settings.get(one.name)
                found[one.name] = one.absent() if kept in (None, "") else kept
        return found

    def read(
        self,
        settings: Mapping[str, Any],
        secrets: Mapping[str, Any],
        *,
        kept_settings: Mapping[str, Any],
        kept_secrets: Mapping[str, Any],
        columns: Mapping[str, Any],
    ) -> Given:
        """Merge what was given into what is kept, key by key, and say what is wrong with it.

        An absent key keeps what is stored; an empty setting takes it away, an empty secret keeps
        it. `columns` holds the new values of the columns. A secret that lacks is no error here,
        see `lacking`.
        """
        settings, secrets = _trimmed(settings), _trimmed(secrets)
        merged = {**kept_settings, **settings}
        known = {one.path: one for one in self.fields_for(merged)}
        paths = {f"settings.{name}": value for name, value in settings.items()}
        paths |= {f"credentials.{name}": value for name, value in secrets.items()}
        errors: Errors = {path[:80]: [UNKNOWN] for path in paths if path not in known}
        paths |= {one.path: columns.get(one.column) or "" for one in self.columns()}
        for path, one in known.items():
            if path in paths and (said := one.refusal(paths[path])) is not None:
                errors[path] = [said]
        kept_choice = kept_settings.get(self.chosen_by)
        if kept_choice and merged[self.chosen_by] != kept_choice:
            errors.setdefault(f"settings.{self.chosen_by}", [FIXED])
        merged = {name: value for name, value in merged.items() if value != ""}
        sealed = {**kept_secrets, **{name: value for name, value in secrets.items() if value}}
        whole = self.whole(merged, columns)
        for path, one in known.items():
            if one.is_required and not one.is_secret and whole[one.name] == "":
                errors.setdefault(path, [REQUIRED])
        if not errors:
            said_of = self.check(whole, sealed)
            errors = {
                one.path: [said_of[one.name]] for one in known.values() if one.name in said_of
            }
        return Given(merged, sealed, errors)

    def lacking(self, settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> list[Field]:
        """Return the required secrets that were not given yet."""
        fields = self.fields_for(settings)
        return [
            one for one in fields if one.is_secret and one.is_required and not secrets.get(one.name)
        ]

    def naming(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of `whole` that name the account."""
        names = {one.name for one in self.fields if one.names_account}
        return {name: value for name, value in settings.items() if name in names}


def _trimmed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in ("https", "http") and bool(parts.hostname)
        # Reading the port refuses one that is no number.
        return is_whole and parts.username is None and parts.port != 0
    except ValueError:
        return False
