"""Does the world believe that our letters are ours? Asked of a name server of our own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.identity import looked_up
from regulars.outreach.channels.email.identity.dmarc import is_aligned
from regulars.outreach.channels.email.identity.findings import Finding, Record
from regulars.outreach.channels.email.identity.spf import merged, walked, with_include
from regulars.outreach.channels.email.identity.words import SENTENCES, told
from regulars.outreach.models import IdentityCheck, SendingAccount
from regulars.outreach.services.identity import check_identities
from regulars.outreach.tests import dns_server
from regulars.outreach.tests.builders import a_shop

SHOP = "boutique.example"


@pytest.fixture
def names() -> Iterator[dns_server.Names]:
    with dns_server.running() as server:
        yield server


def rsa_key(bits: int) -> str:
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


GOOD_KEY = f"v=DKIM1; k=rsa; p={rsa_key(2048)}"


def found(names: dns_server.Names, preset: str = "google_workspace", **more: str) -> dict[str, Finding]:
    host = more.pop("host", "smtp.gmail.com")
    rows = looked_up(f"maya@{SHOP}", preset, host, names.resolver, **more)
    for row in rows:
        assert "%(" not in told(row).sentence
    return {row.about: row for row in rows}


def instead(finding: Finding) -> Record:
    assert finding.record is not None
    return finding.record


def a_good_google(names: dns_server.Names) -> None:
    names.put(SHOP, "v=spf1 include:_spf.google.com ~all", "google-site-verification=abc")
    names.put("_spf.google.com", "v=spf1 include:_netblocks.google.com ~all")
    names.put("_netblocks.google.com", "v=spf1 ip4:35.190.247.0/24 ~all")
    names.put(f"google._domainkey.{SHOP}", GOOD_KEY)
    names.put(f"_dmarc.{SHOP}", "v=DMARC1; p=quarantine; rua=mailto:maya@boutique.example")


def test_a_domain_in_good_order_has_nothing_to_do(names):
    a_good_google(names)
    rows = found(names)
    assert [(row.about, row.mark) for row in rows.values()] == [("spf", "good"), ("dkim", "good"), ("dmarc", "good")]
    assert rows["spf"].facts["lookups"] == 2
    assert rows["dkim"].facts["bits"] == 2048
    assert not any(row.record for row in rows.values())


def test_a_domain_with_nothing_gets_the_exact_records_to_add(names):
    names.put(SHOP, "some=thing")
    rows = found(names)
    assert (rows["spf"].code, instead(rows["spf"]).value) == ("none", "v=spf1 include:_spf.google.com ~all")
    assert instead(rows["spf"]).name == SHOP
    assert rows["dkim"].code == "not_found"
    assert (instead(rows["dmarc"]).name, instead(rows["dmarc"]).value) == (
        f"_dmarc.{SHOP}",
        f"v=DMARC1; p=none; rua=mailto:maya@{SHOP}",
    )


@pytest.mark.parametrize(
    ("record", "code", "mark", "mended"),
    [
        ("v=spf1 include:other.example ~all", "not_ours", "bad", "v=spf1 include:other.example include:_spf.google.com ~all"),
        ("v=spf1 include:_spf.google.com +all", "everybody", "bad", "v=spf1 include:_spf.google.com ~all"),
        ("v=spf1 include:_spf.google.com all", "everybody", "bad", "v=spf1 include:_spf.google.com ~all"),
        ("v=spf1 include:_spf.google.com", "open_end", "better", "v=spf1 include:_spf.google.com ~all"),
        ("v=spf1 include:_spf.google.com ?all", "open_end", "better", "v=spf1 include:_spf.google.com ~all"),
        ("v=spf1 include:_spf.google.com -all", "good", "good", None),
        ("v=spf1 include:nowhere.example include:_spf.google.com -all", "broken", "bad", None),
        ("V=SPF1 INCLUDE:_spf.google.com -ALL", "good", "good", None),
    ],
)  # fmt: skip
def test_each_fault_of_a_record_is_named_and_mended(names, record, code, mark, mended):
    a_good_google(names)
    names.put("other.example", "v=spf1 ip4:192.0.2.0/24 -all")
    names.put(SHOP, record)
    spf = found(names)["spf"]
    assert (spf.code, spf.mark, spf.record.value if spf.record else None) == (code, mark, mended)


def test_two_records_are_merged_into_one(names):
    a_good_google(names)
    names.put(SHOP, "v=spf1 mx ~all", "v=spf1 include:_spf.google.com -all")
    spf = found(names)["spf"]
    assert (spf.code, instead(spf).value) == ("several", "v=spf1 include:_spf.google.com mx ~all")
    assert merged(["v=spf1 a -all", "v=spf1 a mx -all"], "x.example") == "v=spf1 a mx include:x.example ~all"


def test_ten_lookups_are_enough_and_eleven_are_too_many(names):
    for number in range(12):
        names.put(f"s{number}.example", "v=spf1 ip4:192.0.2.1 -all")
    for n, code in ((9, "good"), (10, "too_many")):
        a_good_google(names)
        names.put("_spf.google.com", "v=spf1 ip4:192.0.2.9 ~all")
        names.put(SHOP, f"v=spf1 include:_spf.google.com {' '.join(f'include:s{i}.example' for i in range(n))} ~all")
        assert found(names)["spf"].code == code


def test_records_that_include_each_other_end(names):
    names.put("a.example", "v=spf1 include:b.example -all")
    names.put("b.example", "v=spf1 include:a.example -all")
    assert walked("a.example", "v=spf1 include:b.example -all", names.resolver).lookups == 2


def test_redirect_counts_and_is_followed(names):
    a_good_google(names)
    names.put("real.example", "v=spf1 include:_spf.google.com -all")
    names.put(SHOP, "v=spf1 redirect=real.example")
    spf = found(names)["spf"]
    assert (spf.code, spf.facts["lookups"]) == ("good", 3)


def test_one_s_own_server_is_looked_for_by_its_address(names):
    names.put("mail.boutique.example", "192.0.2.25", kind="A")
    names.put(SHOP, "v=spf1 ip4:192.0.2.0/28 -all")
    assert found(names, "host", host="mail.boutique.example")["spf"].code == "unsure"
    names.put(SHOP, "v=spf1 ip4:192.0.2.0/24 -all")
    assert found(names, "host", host="mail.boutique.example")["spf"].code == "good"
    names.put(SHOP, "v=spf1 mx -all")
    names.put(SHOP, "10 mail.boutique.example.", kind="MX")
    assert found(names, "host", host="mail.boutique.example")["spf"].code == "good"
    assert with_include("v=spf1 -all", "a:mail.x") == "v=spf1 a:mail.x -all"


@pytest.mark.parametrize(
    ("text", "code", "mark"),
    [
        (GOOD_KEY, "good", "good"),
        (f"k=rsa; t=s; p={rsa_key(1024)}", "short", "better"),
        (f"v=DKIM1; p={base64.b64encode(b'x' * 60).decode()}", "unreadable", "bad"),
        ("v=DKIM1; k=rsa; p=", "revoked", "bad"),
        (GOOD_KEY.replace("k=rsa", "k=rsa; t=y"), "testing", "better"),
        (GOOD_KEY[:-20], "unreadable", "bad"),
        (
            "v=DKIM1; k=ed25519; p="
            + base64.b64encode(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode(),
            "good",
            "good",
        ),
    ],
    ids=lambda part: part if isinstance(part, str) and len(part) < 12 else "",
)
def test_a_key_is_good_short_taken_back_or_none(names, text, code, mark):
    a_good_google(names)
    names.put(f"google._domainkey.{SHOP}", text)
    dkim = found(names)["dkim"]
    assert (dkim.code, dkim.mark) == (code, mark)


def test_a_key_of_512_bits_is_too_short(names, monkeypatch):
    from regulars.outreach.channels.email.identity import dkim

    a_good_google(names)
    monkeypatch.setattr(dkim, "key_bits", lambda key, kind: 512)
    assert found(names)["dkim"].code == "too_short"


def test_a_key_behind_an_alias_is_found_and_one_the_owner_named_is_asked_for(names):
    a_good_google(names)
    names.put(f"k7._domainkey.{SHOP}", "key.provider.example", kind="CNAME")
    names.put("key.provider.example", GOOD_KEY)
    assert found(names, selector="k7")["dkim"].facts["selector"] == "k7"
    missing = found(names, selector="k8")["dkim"]
    assert (missing.code, missing.mark) == ("not_there", "bad")


@pytest.mark.parametrize(
    ("record", "code", "mark"),
    [
        ("v=DMARC1; p=none", "watching", "good"),
        ("v=DMARC1; p=reject; adkim=s; aspf=s", "good", "good"),
        ("v=DMARC1; p=sometimes", "unreadable", "bad"),
        ("v=DMARC1", "unreadable", "bad"),
    ],
)
def test_what_a_policy_asks_is_said(names, record, code, mark):
    a_good_google(names)
    names.put(f"_dmarc.{SHOP}", record)
    dmarc = found(names)["dmarc"]
    assert (dmarc.code, dmarc.mark) == (code, mark)


def test_two_policies_are_none(names):
    a_good_google(names)
    names.put(f"_dmarc.{SHOP}", "v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert found(names)["dmarc"].code == "several"


def test_a_service_passes_by_its_signature_alone(names):
    names.put(SHOP, "v=spf1 -all")
    names.put(f"_dmarc.{SHOP}", "v=DMARC1; p=reject")
    rows = found(names, "brevo", host="api.brevo.com")
    assert "spf" not in rows
    assert rows["dmarc"].code == "unsure"
    names.put(f"mail._domainkey.{SHOP}", GOOD_KEY)
    assert found(names, "brevo", host="api.brevo.com")["dmarc"].code == "good"
    names.put(f"mail._domainkey.{SHOP}", "v=DKIM1; p=")
    failing = found(names, "brevo", host="api.brevo.com")["dmarc"]
    assert (failing.code, failing.mark) == ("fails", "bad")


def test_the_organisation_s_policy_counts_for_a_name_below_it(names):
    names.put("_dmarc.boutique.example", "v=DMARC1; p=reject; sp=none")
    names.put("news.boutique.example", "v=spf1 include:_spf.google.com ~all")
    names.put("_spf.google.com", "v=spf1 ip4:192.0.2.9 ~all")
    rows = {row.about: row for row in looked_up("m@news.boutique.example", "gmail", "smtp.gmail.com", names.resolver)}
    assert (rows["dmarc"].code, rows["dmarc"].facts["policy"], rows["dmarc"].facts["at"]) == (
        "watching",
        "none",
        "boutique.example",
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "mode", "yes"),
    [
        ("boutique.example", "boutique.example", "s", True),
        ("boutique.example", "mail.boutique.example", "s", False),
        ("boutique.example", "mail.boutique.example", "r", True),
        ("news.boutique.example", "mail.boutique.example", "r", True),
        ("boutique.example", "provider.example", "r", False),
        ("boutique.example", "otherboutique.example", "r", False),
    ],
)
def test_two_names_fit_strictly_or_by_their_organisation(names, ours, theirs, mode, yes):
    names.put("_dmarc.boutique.example", "v=DMARC1; p=none")
    assert is_aligned(ours, theirs, mode, names.resolver) is yes


def test_a_free_address_goes_only_through_its_own_servers(names):
    theirs = looked_up("maya@gmail.com", "gmail", "smtp.gmail.com", names.resolver)
    other = looked_up("maya@gmail.com", "host", "mail.boutique.example", names.resolver)
    assert [(row.code, row.mark) for row in theirs + other] == [("free_theirs", "good"), ("free", "bad")]
    assert "taken for forgeries" in told(other[0]).sentence
    assert names.asked == []


def test_nobody_answering_is_not_nothing_there(names):
    names.silent |= {SHOP, f"google._domainkey.{SHOP}", f"_dmarc.{SHOP}"}
    assert {row.mark for row in found(names).values()} == {"unknown"}


def test_every_finding_has_its_sentence_in_every_kind():
    from regulars.outreach.channels.email.identity import dkim, dmarc, spf

    for module, about in ((spf, "spf"), (dkim, "dkim"), (dmarc, "dmarc")):
        import re
        from pathlib import Path

        source = Path(str(module.__file__)).read_text()
        codes = set(re.findall(rf'Finding\("{about}", [^,]+(?: if [^,]+)?, "([a-z_]+)"', source))
        assert codes
        assert {(about, code) for code in codes} <= set(SENTENCES)


@pytest.mark.django_db
def test_what_was_found_is_kept_with_its_day_and_looked_up_again_each_week(names, frozen_clock, monkeypatch):
    a_shop()
    a_good_google(names)
    account = SendingAccount.objects.create(
        host="smtp.gmail.com", preset="google_workspace", from_address=f"maya@{SHOP}", is_active=True
    )
    with pytest.raises(Refusal, match="not the name of a key"):
        services.check_identity(account, selector="no name!", resolver=names.resolver)
    check = services.check_identity(account, selector="google._domainkey.boutique.example", resolver=names.resolver)
    assert (check.selector, [row.mark for row in services.findings_of(check)]) == ("google", ["good"] * 3)
    names.put(SHOP, "v=spf1 -all")
    frozen_clock.ahead(days=7)
    monkeypatch.setattr("regulars.outreach.services.identity.Dns", lambda: names.resolver)
    check_identities()
    again = IdentityCheck.objects.get()
    assert again.checked_at - check.checked_at == timedelta(days=7)
    assert services.findings_of(again)[0].code == "not_ours"
    assert again.selector == "google"
