import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import phones

# The 67 area codes, written out a second time on purpose: the product's own list is under test.
DDDS = (
    "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 "
    "53 54 55 61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 "
    "95 96 97 98 99"
).split()


def test_brazil_has_67_area_codes():
    assert sorted(phones.DDDS) == DDDS


@pytest.mark.parametrize("ddd", DDDS)
@pytest.mark.parametrize("first", "6789")
def test_a_mobile_with_and_without_the_ninth_digit_is_one_number(ddd, first):
    old, new = f"55{ddd}{first}1234567", f"55{ddd}9{first}1234567"
    assert phones.canonical(old) == phones.canonical(new) == f"+{new}"
    assert phones.from_wa_id(old) == phones.from_wa_id(new) == f"+{new}"
    assert phones.variants(f"+{new}") == (new, old)


@pytest.mark.parametrize("ddd", DDDS)
@pytest.mark.parametrize("first", "2345")
def test_a_landline_never_gets_a_ninth_digit(ddd, first):
    landline = f"55{ddd}{first}1234567"
    assert phones.canonical(landline) == f"+{landline}"
    assert phones.variants(f"+{landline}") == (landline,)


@pytest.mark.parametrize("ddd", DDDS)
@pytest.mark.parametrize("first", "2345")
def test_a_mobile_that_never_had_eight_digits_is_not_taken_for_a_landline(ddd, first):
    mobile = f"55{ddd}9{first}1234567"
    assert phones.canonical(mobile) == f"+{mobile}"
    assert phones.variants(f"+{mobile}") == (mobile,)


@pytest.mark.parametrize(
    "typed",
    [
        "41998887777",
        "(41) 99888-7777",
        "(41) 9888-7777",
        "041 99888-7777",
        "0 15 41 99888-7777",
        "+55 (41) 99888-7777",
        "(+55) 41 99888-7777",
        "+55 041 99888 7777",
        "0055 41 99888.7777",
        "55 41 9888 7777",
        "\u202a+55 41 99888\u20117777\u202c",
        "４１ 99888-7777",
    ],
)
def test_what_people_type_becomes_one_number(typed):
    assert phones.canonical(typed) == "+5541998887777"


@pytest.mark.parametrize(
    "typed", ["0800 123 4567", "558001234567", "+55 0800 123 4567", "5508001234567"]
)
def test_a_toll_free_number_stays_without_area_code(typed):
    assert phones.canonical(typed) == "+558001234567"


@pytest.mark.parametrize(
    "foreign",
    [
        "351912345678",
        "16505551234",
        "5215512345678",
        "4915112345678",
        "5491112345678",
        "97298765432",
    ],
)
def test_a_foreign_id_stays_as_it_is(foreign):
    assert phones.from_wa_id(foreign) == f"+{foreign}"
    assert phones.canonical(f"+{foreign}") == f"+{foreign}"
    assert phones.variants(f"+{foreign}") == (foreign,)


def test_ten_digits_are_brazilian_when_typed_and_foreign_when_whatsapp_says_so():
    assert phones.canonical("4799123456") == "+5547999123456"
    assert phones.from_wa_id("4799123456") == "+4799123456"


def test_a_national_number_of_another_country_needs_its_region():
    assert phones.canonical("912 345 678", default_region="PT") == "+351912345678"
    assert phones.canonical("912 345 678") is None


@pytest.mark.parametrize("area", ["20", "23", "29", "36", "39", "52", "90"])
def test_digits_after_an_unknown_area_code_stay_as_they_are(area):
    assert phones.canonical(f"55{area}81234567") == f"+55{area}81234567"


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "   ",
        "abc",
        "PHONE_NUMBER",
        "BR.1502576394655843",
        "+",
        "99999-9999",
        "9888-7777",
        "+55+41",
        "1",
        "9" * 40,
    ],
)
def test_what_is_no_number_gives_none(nonsense):
    assert phones.canonical(nonsense) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+5541998887777", "(41) 99888-7777"),
        ("+551133334444", "(11) 3333-4444"),
        ("+558001234567", "0800 123 4567"),
        ("+351912345678", "+351 912 345 678"),
        ("not a number", "not a number"),
        ("27900", "27900"),
        ("CLINICA", "CLINICA"),
    ],
)
def test_a_number_is_shown_as_people_read_it(number, shown):
    assert phones.display(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+5541998887777", "(41) *****-7777"),
        ("+558001234567", "**** *** 4567"),
        ("+351912345678", "+351 *** **5 678"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_area_and_last_four_digits(number, shown):
    assert phones.masked(number) == shown


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_a_number_or_none(typed):
    for found in (phones.canonical(typed), phones.from_wa_id(typed)):
        assert found is None or (found[0] == "+" and found[1:].isascii() and found[1:].isdigit())


@settings(deadline=None)
@given(st.from_regex(r"\+?[0-9 ()-]{6,18}", fullmatch=True))
def test_a_canonical_number_is_its_own_canonical_number(typed):
    found = phones.canonical(typed)
    if found is not None:
        assert phones.canonical(found) == found
        assert phones.display(found)
        assert {phones.from_wa_id(form) for form in phones.variants(found)} == {found}


@pytest.mark.parametrize(
    ("one", "other"),
    [("5215512345678", "525512345678"), ("5491112345678", "541112345678")],
)
def test_mexico_and_argentina_write_one_number_in_two_ways(one, other):
    assert set(phones.forms(f"+{one}")) == set(phones.forms(f"+{other}")) == {one, other}
    assert phones.folded(f"+{one}") == phones.folded(f"+{other}") == other


@pytest.mark.parametrize("number", ["5541998887777", "551133334444", "351912345678", "5219", ""])
def test_other_numbers_have_the_forms_they_have(number):
    assert phones.forms(number) == phones.variants(number)
