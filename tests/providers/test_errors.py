"""What every documented error code of WhatsApp means for us."""

import pytest
from django.utils.translation import override

from providers.facts import ProviderFault
from providers.meta.errors import GraphFault
from providers.outgoing import SendError
from providers.retry import backoff, retry_delay
from providers.whatsapp.adapter import WhatsAppAdapter
from providers.whatsapp.errors import explain, fault_scope, fault_sentence
from providers.whatsapp.meanings import MEANINGS
from tests.providers.payloads import load, samples

# The classes of Meta's error reference (2026-06-18): code -> (our code, scope, is retried)
CLASSES = {
    "retried": (
        4,
        17,
        32,
        341,
        613,
        80007,
        130429,
        131057,
        1,
        2,
        131000,
        131016,
        133004,
        131056,
        133015,
        134101,
        2494100,
    ),
    "channel": (
        0,
        190,
        102,
        104,
        3,
        10,
        200,
        210,
        299,
        131005,
        33,
        368,
        131031,
        131042,
        131045,
        133010,
        131037,
        134011,
        133000,
        133005,
        133006,
        133008,
        133009,
        133016,
        2635,
    ),
    "campaigns": (131048, 131063, 131064),
    "recipient": (131026, 131021, 131030, 130403, 130472, 131062, 131047, 131049, 131050),
    "country": (130497,),
    "message": (100, 131008, 131009, 131051, 131052, 131053, 131055, 135000, 134100, 134102),
    "template": (
        132000,
        132001,
        132005,
        132007,
        132012,
        132015,
        132016,
        132018,
        132068,
        132069,
        2388019,
        2388023,
        2388024,
        2388039,
        2388040,
        2388047,
        2388072,
        2388073,
        2388293,
        2388299,
        2593002,
    ),
}


def refusal(code, http=400, **members):
    return explain(GraphFault(http=http, code=code, **members), is_send=True)


@pytest.mark.parametrize(
    ("scope", "code"), [(scope, code) for scope, codes in CLASSES.items() for code in codes]
)
def test_every_documented_code_has_its_class(scope, code):
    error = refusal(code)
    assert error.provider == str(code)
    assert error.retryable is (scope == "retried")
    if scope != "retried":
        assert error.scope == scope
    assert not error.unknown


def test_the_table_holds_no_code_that_no_class_names():
    named = {code for codes in CLASSES.values() for code in codes}
    assert set(MEANINGS) - set(range(200, 300)) == named - set(range(200, 300))


@pytest.mark.parametrize("code", MEANINGS)
def test_every_code_has_a_stable_name_and_a_sentence_in_portuguese(code):
    with override("pt-br"):
        error = refusal(code)
        sentence = str(error.detail)
    assert error.code.replace("_", "").isalpha()
    assert error.code.islower()
    assert sentence.endswith(".")
    assert len(sentence) > 20


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        (131047, "janela_fechada"),
        (131026, "nao_entregavel"),
        (131049, "limite_de_marketing"),
        (131050, "marketing_recusado"),
        (131056, "limite_por_contato"),
        (132015, "modelo_pausado"),
        (190, "credencial_invalida"),
        (131042, "pagamento_pendente"),
    ],
)
def test_codes_that_others_act_on_keep_their_names(code, ours):
    assert refusal(code).code == ours
    assert fault_sentence(str(code))[0] == ours


@pytest.mark.parametrize(
    ("http", "code", "retryable", "scope"),
    [
        (400, "requisicao_recusada", False, "message"),
        (401, "credencial_invalida", False, "channel"),
        (403, "permissao_negada", False, "channel"),
        (404, "nao_encontrado_na_meta", False, "message"),
        (429, "limite_de_envio", True, "number"),
        (302, "erro_da_meta", False, "message"),
    ],
)
@pytest.mark.parametrize("provider", [None, 999999])
def test_an_unknown_code_is_read_by_its_http_status(http, code, retryable, scope, provider):
    error = refusal(provider, http)
    assert (error.code, error.retryable, error.scope) == (code, retryable, scope)


def test_an_expired_token_says_so():
    assert refusal(190, 401, subcode=463).code == "credencial_expirada"


def test_an_id_that_meta_does_not_know_is_the_channels_trouble():
    assert refusal(100, subcode=33).scope == "channel"


@pytest.mark.parametrize("code", [None, 1, 2, 131000, 131016])
def test_a_failure_inside_meta_without_a_word_leaves_a_send_unknown(code):
    error = refusal(code, 500)
    assert error.unknown
    assert not error.retryable
    assert error.retry_after is None


@pytest.mark.parametrize(
    "members",
    [{"is_transient": True}, {"details": "Message failed to send because of an unknown error."}],
)
def test_a_failure_inside_meta_that_says_not_sent_is_tried_again(members):
    error = refusal(131000, 500, **members)
    assert error.retryable
    assert not error.unknown


def test_a_failure_inside_meta_on_a_question_is_asked_again():
    error = explain(GraphFault(http=500), is_send=False)
    assert error.retryable
    assert not error.unknown


def test_a_rate_limit_answered_with_500_is_not_unknown():
    assert not refusal(130429, 500).unknown


def test_an_unknown_code_that_says_it_is_transient_is_tried_again():
    assert refusal(999999, 400, is_transient=True).retryable
    assert not refusal(999999, 400, is_transient=False).retryable


@pytest.mark.parametrize(
    ("details", "wait"),
    [("Try again in 90 seconds", 90), ("Wait 2 minutes.", 120), ("1 hour", 3600), ("later", None)],
)
def test_a_locked_pin_names_its_wait_in_the_details(details, wait):
    from providers.whatsapp.errors import meaning_of

    found = meaning_of(GraphFault(http=400, code=133009, details=details)).retry_after
    assert found == (wait or 600)


def test_the_providers_own_words_are_kept_apart_from_ours():
    error = refusal(100, details="Param text.body is too long")
    assert error.said == "Param text.body is too long"
    assert "Param" not in str(error.detail)
    assert "Param" not in str(error)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("error-131026", "nao_entregavel"),
        ("error-131047", "janela_fechada"),
        ("error-131056", "limite_por_contato"),
        ("error-131062", "exige_telefone"),
        ("error-132001", "modelo_indisponivel"),
    ],
)
def test_an_error_fixture_has_its_code(name, code):
    assert refusal(load(name)["error"]["code"]).code == code


@pytest.mark.parametrize(("entry", "sample"), samples("error"))
def test_a_further_error_is_in_the_table(entry, sample):
    assert sample["error"]["code"] in MEANINGS


@pytest.mark.parametrize("code", ["", "x", "-1", "999999", "٣", "9" * 500])
def test_a_receipts_error_that_nobody_knows_still_has_words(code):
    ours, sentence = fault_sentence(code)
    assert ours == "erro_da_meta"
    assert str(sentence)
    assert fault_scope(code) == "message"


def test_the_adapter_words_a_receipts_fault():
    assert WhatsAppAdapter().fault_words(ProviderFault("131047"))[0] == "janela_fechada"


@pytest.mark.parametrize(
    ("attempt", "least"), [(0, 1), (1, 1), (2, 4), (3, 16), (4, 64), (6, 1024)]
)
def test_the_wait_grows_fourfold_with_jitter(attempt, least):
    waits = [backoff(attempt) for _round in range(200)]
    assert least <= min(waits)
    assert max(waits) <= least * 1.25
    assert len(set(waits)) > 100


def test_the_wait_never_passes_an_hour():
    assert max(backoff(attempt) for attempt in range(1, 60)) == 3600


def test_the_wait_respects_what_the_provider_asks():
    assert retry_delay(SendError("x", "", retry_after=300.0), 1) >= 300


def test_the_pair_rate_limit_waits_four_to_the_power_of_the_attempt():
    error = refusal(131056)
    assert 4 <= retry_delay(error, 1) <= 5
    assert 64 <= retry_delay(error, 3) <= 80


@pytest.mark.parametrize("code", [code for code in MEANINGS if refusal(code).retryable])
def test_what_is_over_promises_nothing_and_asks_to_send_again(code):
    """A receipt of a failure is the end, and so is the last try: nobody sends it again."""
    with override("pt-br"):
        sentences = {str(refusal(code).final), str(fault_sentence(str(code))[1])}
    (sentence,) = sentences
    assert "nvie de novo" in sentence
    for promise in ("automaticamente", "será enviada", "Vamos", "A próxima sai"):
        assert promise not in sentence
