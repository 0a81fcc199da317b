"""Secrets: unreadable in the database, readable here, and told apart without being read."""

from __future__ import annotations

import pytest
from django.db import connection, models

from regulars.kit.errors import Refusal
from regulars.kit.secrets import EncryptedTextField, decrypt, encrypt, keyed_hash, new_token


def test_what_is_closed_can_be_opened_and_never_looks_the_same():
    assert decrypt(encrypt("a password")) == "a password"
    assert encrypt("a password") != encrypt("a password")
    assert "password" not in encrypt("a password")


def test_another_key_opens_nothing_and_says_what_to_do(settings):
    sealed = encrypt("a password")
    settings.SECRET_KEY = "another key altogether"
    with pytest.raises(Refusal, match="Enter it again"):
        decrypt(sealed)


def test_a_keyed_hash_is_the_same_for_the_same_and_differs_by_purpose_and_key(settings):
    first = keyed_hash("ann@example.com", "suppression")
    assert first == keyed_hash("ann@example.com", "suppression")
    assert len(first) == 64
    assert first != keyed_hash("ann@example.com", "leaving")
    settings.SECRET_KEY = "another key altogether"
    assert first != keyed_hash("ann@example.com", "suppression")


def test_tokens_do_not_repeat():
    assert len({new_token() for _ in range(1000)}) == 1000
    assert all(len(new_token()) == 32 for _ in range(10))


def test_an_encrypted_field_is_closed_in_the_database_and_open_in_python():
    field = EncryptedTextField()
    stored = field.get_prep_value("a password")
    assert stored
    assert "password" not in stored
    assert field.from_db_value(stored, None, connection) == "a password"
    assert field.get_prep_value("") == ""
    assert field.from_db_value(None, None, connection) is None
    assert isinstance(field, models.TextField)
