"""What in free text or in a field's name is personal, and must not leave in the clear."""

from __future__ import annotations

import re

MASKS: tuple[tuple[str, str, str], ...] = (
    ("@", r"[^\s@<>,;:()\"']+@[^\s@<>,;:()\"']+", "<email>"),
    (r"[:-].*[:-].*[:-].*[:-].*[:-]", r"(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", "<mac>"),
    (r":.*:.*:", r"(?i)\b[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){3,7}\b", "<ip>"),
    (r"\.\d+\.\d", r"\b\d{1,3}(?:\.\d{1,3}){3}\b", "<ip>"),
    (
        r"(?s)\p{Nd}.{0,3}\p{Nd}.{0,3}\p{Nd}.{0,3}\p{Nd}",
        r"\+?\(?\p{Nd}(?:[\s().\-/]{0,3}\p{Nd}){6,}",
        "<number>",
    ),
)
"""What is masked in the text of a customer or an agent, in RE2's syntax: e-mail, MAC and IP
addresses, and digits enough for a telephone, account or card number. Before each stands a cheaper
pattern that every such text matches."""

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""The words of a field's name, in camel case or with separators."""

PERSONAL_WORDS = frozenset(
    WORDS.findall(
        "name names surname email mail address street zip zipcode postcode postal birth birthday"
        " dob ssn passport iban contact lat lon latitude longitude imsi imei iccid ip mac serial"
        " msisdn username login password comment comments note notes remark remarks description"
    )
)
"""Words in the name of a customer's field that call its content personal or free text."""

CONTACT_WORDS = frozenset(
    WORDS.findall(
        "email mail phone telephone mobile contact owner person landlord tenant msisdn imsi imei"
        " password login username"
    )
)
"""Words in the name of a network part's field that call its content somebody's."""

# Bounded, since this engine goes back: a long text without an address must not cost its square.
_EMAIL = re.compile(r"[^\s@<>,;:()\"']{1,64}@[^\s@<>,;:()\"']{1,128}")


def words_of(name: str) -> set[str]:
    """Give the words of a field's name in lower case."""
    return {word.lower() for word in WORDS.findall(name)}


def without_contacts(value: object, depth: int = 0) -> object:
    """Drop somebody's fields from a network part's JSON, and mask e-mail addresses in the rest."""
    if isinstance(value, str):
        return _EMAIL.sub("<email>", value) if "@" in value else value
    if depth > 20:
        return None
    if isinstance(value, list):
        return [without_contacts(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {
            name: without_contacts(each, depth + 1)
            for name, each in value.items()
            if not words_of(str(name)) & CONTACT_WORDS
        }
    return value
