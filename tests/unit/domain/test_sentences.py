"""Every refusal is said in English and Mongolian: to the developer what and what to do, to the officer plainly."""

from __future__ import annotations

import re

import pytest

from domain.refusals import LANGUAGES, MEMBERS, about, explain, missing, sentences

TECHNICAL = re.compile(
    r"`|_|\b(JSON|JWS|UUID|API|HTTP|POST|GET|Kafka|UTF|UTC|bytes?|schemas?|fields? of|partitions?|payload|header|"
    r"stream|topic|null|kid|base64url|байт|схем|урсгал|хуваалт|толгой хэсэг)\b"
)
"""What an officer of police, prosecution or child protection need not know."""

CODES = [(language, code) for language in LANGUAGES for code in sorted(sentences(language))]


def test_every_code_has_all_its_sentences_in_every_language() -> None:
    found = missing()
    assert not found, "still to be written in domain/sentences: " + "; ".join(found)


def test_every_language_has_the_same_codes_in_the_same_areas() -> None:
    first, *others = LANGUAGES
    for other in others:
        assert sentences(other).keys() == sentences(first).keys()
        assert about(other).keys() == about(first).keys()
    assert all(text.endswith(".") for language in LANGUAGES for text in about(language).values())


@pytest.mark.parametrize(("language", "code"), CODES)
def test_a_code_stands_in_the_file_of_its_area_with_nothing_else(language: str, code: str) -> None:
    assert code.partition(".")[0] in about(language)
    assert sentences(language)[code].keys() <= set(MEMBERS)


@pytest.mark.parametrize(("language", "code"), CODES)
def test_an_officer_reads_one_sentence_without_technical_words(language: str, code: str) -> None:
    said = explain(code, language)["officer"]
    assert TECHNICAL.search(said) is None, said
    assert said.count(". ") == 0
    assert "бүртгэ" in said if language == "mn" else re.search(r"record|not taken over", said), said


@pytest.mark.parametrize("code", sorted(sentences("mn")))
def test_mongolian_is_written_in_cyrillic(code: str) -> None:
    said = sentences("mn")[code]
    assert all(len(re.findall("[\u0400-\u04ff]", text)) > 10 for text in said.values())
    assert re.search("[A-Za-z]", said["officer"]) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_of_another_version_gets_neutral_sentences(language: str) -> None:
    said = explain("rule.of_tomorrow", language)
    assert said.keys() == set(MEMBERS)
    assert all(said.values())
    assert said != explain("case.closed", language)
