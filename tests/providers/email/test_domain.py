"""What a sender's domain lacks, as its DNS tells."""

from __future__ import annotations

import pytest

from providers.email.domain import domain_warnings

GOOD = {
    "clinica.example": ["google-site-verification=x", "v=spf1 include:_spf.google.com ~all"],
    "google._domainkey.clinica.example": ["v=DKIM1; k=rsa; p=MIIB"],
    "_dmarc.clinica.example": ["v=DMARC1; p=quarantine"],
}


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, ()),
        ({"clinica.example": []}, ("sem_spf",)),
        ({"clinica.example": ["v=spf1 -all", "v=spf1 a -all"]}, ("spf_duplo",)),
        ({"google._domainkey.clinica.example": []}, ("sem_dkim",)),
        ({"_dmarc.clinica.example": ["outra coisa"]}, ("sem_dmarc",)),
        ({name: [] for name in GOOD}, ("sem_spf", "sem_dkim", "sem_dmarc")),
        # Nobody answered: nothing is known.
        (dict.fromkeys([*GOOD, "*"]), ()),
    ],
)
def test_what_a_domain_lacks(changes, lacks):
    known = {**GOOD, **changes}
    assert domain_warnings("clinica.example", lambda name: known.get(name, known.get("*", []))) == (
        lacks
    )
