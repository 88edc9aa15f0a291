"""CA certificates are loaded when they are needed, and then they are all there."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import pytest

from pytest_ominigate.trial.trust import trust_put_off

BUNDLE = certifi.where()


def trusted(context: ssl.SSLContext) -> int:
    return context.cert_store_stats()["x509_ca"]


def test_a_context_has_all_certificates_as_soon_as_it_is_asked() -> None:
    expected = trusted(ssl.create_default_context(cafile=BUNDLE))

    with trust_put_off():
        context = ssl.create_default_context(cafile=BUNDLE)

    assert type(context) is not ssl.SSLContext
    assert trusted(context) == expected > 0
    assert type(context) is ssl.SSLContext


def test_a_connection_is_wrapped_by_a_context_that_trusts() -> None:
    with trust_put_off():
        context = ssl.create_default_context(cafile=BUNDLE)

    wrapped = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")

    assert isinstance(wrapped, ssl.SSLObject)
    assert type(context) is ssl.SSLContext
    assert context.get_ca_certs()


def test_the_systems_certificates_are_put_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", BUNDLE)
    expected = trusted(ssl.create_default_context())

    with trust_put_off():
        context = ssl.create_default_context()
        other = ssl.create_default_context(cafile=BUNDLE)
        other.set_default_verify_paths()

    assert type(context) is not ssl.SSLContext
    assert trusted(context) == trusted(other) == expected > 0


def test_a_second_bundle_is_added_to_the_first(tmp_path: Path) -> None:
    with trust_put_off():
        context = ssl.create_default_context(cafile=BUNDLE)
        context.load_verify_locations(BUNDLE)

    assert trusted(context) == trusted(ssl.create_default_context(cafile=BUNDLE))


def test_a_bundle_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    with trust_put_off(), pytest.raises(FileNotFoundError):
        ssl.create_default_context(cafile=str(tmp_path / "missing.pem"))


def test_nothing_is_left_behind() -> None:
    names = ("load_verify_locations", "set_default_verify_paths")
    before = [vars(ssl.SSLContext).get(name) for name in names]

    with pytest.raises(ZeroDivisionError), trust_put_off():
        raise ZeroDivisionError

    assert [vars(ssl.SSLContext).get(name) for name in names] == before
