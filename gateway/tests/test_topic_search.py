"""Residents find the topic with the words that they use. The phrases are about the demo municipality."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from loket_chassis.yaml import safe_load
from loket_gateway.topic_search.compounds import parts
from loket_gateway.topic_search.index import Found, index_of
from loket_gateway.topic_search.search import count_search, search
from loket_gateway.topic_search.thesaurus import groups
from loket_gateway.topic_search.words import data, stop_words

HERE = Path(__file__).parent
RUMST = HERE.parents[1] / "deploy" / "municipalities" / "rumst.yaml"
LANGUAGES = ("nl", "fr", "de", "en")
FIRST = 3
#: shares of phrases that must lead to the right topic among the first three
SHARE = 0.9


def in_languages(text):
    return text if isinstance(text, dict) else {"nl": text}


def topic(name, title="", keywords=(), description="", visibility="public"):
    return {
        "id": name, "name": in_languages(title or name), "description": in_languages(description), "category": {},
        "keywords": [in_languages(word) for word in keywords], "guidance": None, "visibility": visibility,
    }  # fmt: skip


DEMO = [
    topic(name, entry["name"], entry.get("keywords", ()), entry["description"], entry.get("visibility", "public"))
    for name, entry in safe_load.load(RUMST.read_text())["appointment_types"].items()
]
PUBLIC = [each for each in DEMO if each["visibility"] == "public"]
LISTS = {name: safe_load.load((HERE / f"{name}.yaml").read_text()) for name in ("phrases", "held_back_phrases")}
OWN_WORDS = [
    (each["id"], text, language)
    for each in PUBLIC
    for said in (each["name"], *each["keywords"])
    for language, text in said.items()
]


@cache
def index():
    """Not made at the import, which each process of a run does."""
    return index_of(PUBLIC)


def catalogue(*topics):
    return {"municipality": {"id": "stad"}, "appointment_types": topics}


def counted(result):
    return REGISTRY.get_sample_value("loket_topic_searches_total", {"municipality": "stad", "result": result}) or 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_phrases_of_residents_lead_to_the_right_topic_among_the_first_three(name, language):
    phrases = LISTS[name][language]
    lost = [text for text, right in phrases.items()
            if not {*index().find(text, language).topics[:FIRST]} & {*right.split()}]  # fmt: skip
    assert len(lost) <= len(phrases) * (1 - SHARE), lost


@pytest.mark.parametrize(("wanted", "text", "language"), OWN_WORDS)
def test_an_exact_name_or_keyword_finds_its_topic_first(wanted, text, language):
    found = index().find(text, language)
    assert (found.result, found.topics[0]) == ("found", wanted)


@pytest.mark.parametrize("text", [
    "zwmebad", "zwembadd", "zwemad", "verkavelign", "isolatei", "schimel",
])  # fmt: skip
def test_a_typing_error_gives_the_nearest_topics_and_the_word_that_was_meant(text):
    found = index().find(text, "nl")
    assert found.result == "nearest"
    assert found.topics
    assert found.corrected
    assert found.corrected != text
    assert index().find(found.corrected, "nl").topics[0] == found.topics[0]


def test_a_correction_keeps_the_other_words_and_has_the_accents_of_the_word():
    assert index().find("Vérandda 3", "fr").corrected == "véranda 3"


@pytest.mark.parametrize(("text", "same"), [
    ("omgevings vergunning", "omgevingsvergunning"), ("boomkappen", "boom kappen"), ("bomen", "boom"),
    ("BOOM", "boom"), ("bôom", "boom"), ("een boom!", "boom"), ("tuinhuisjes", "tuinhuis"),
    ("ik wil een boom laten kappen, wat moet ik doen?", "boom kappen"), ("couper un arbre", "boom kappen"),
    ("Laerm", "Lärm"),
])  # fmt: skip
def test_other_ways_to_write_the_same_find_the_same_topic(text, same):
    assert index().find(text, "nl").topics[0] == index().find(same, "nl").topics[0]


def test_the_beginning_of_a_word_is_enough_while_one_types():
    assert index().find("dakk", "nl").topics[0] == "bouwadvies"


@pytest.mark.parametrize(
    "text", ["", "  ", "???", "xyzzy", "123", "de", "afspraak", "Jan Janssens", "paspoort", "rijbewijs"]
)
def test_a_search_that_no_topic_is_about_finds_nothing(text):
    assert index().find(text, "nl") == Found("nothing")


def test_a_word_of_a_service_that_is_not_offered_is_no_typing_error():
    """Carpoort is one letter from carport; paspoort is a service that this desk does not have."""
    index = index_of([topic("carport", keywords=["carpoort"])])
    assert index.find("carpoor", "nl").topics == ("carport",)
    assert index.find("paspoort", "nl").topics == ()


@pytest.mark.parametrize("keyword", ["pas", "2", "de", "A", "zone 30", "l'info"])
def test_a_keyword_of_stop_words_numbers_or_one_letter_finds_its_topic(keyword):
    index = index_of([topic("een", "Zaal"), topic("twee", "Kaart", [keyword])])
    assert index.find(keyword, "nl") == Found("found", ("twee",))


def test_the_municipalitys_own_keyword_comes_before_the_thesaurus():
    index = index_of([topic("bomen", "Een boom kappen"), topic("groen", "Groendienst", ["snoeien"])])
    assert index.find("snoeien", "nl").topics == ("groen", "bomen")


def test_a_topic_without_keywords_is_found_by_the_thesaurus_in_every_language():
    index = index_of([topic("kaart", "Identiteitskaart aanvragen"), topic("rij", "Rijbewijs")])
    for text in ("eid verloren", "carte d'identité", "Personalausweis", "lost card"):
        assert index.find(text, "nl").topics == ("kaart",), text


def test_a_topic_with_all_words_comes_before_topics_with_one():
    index = index_of([topic("a", "Een zaal huren"), topic("b", "Een tafel huren"), topic("c", "Een zaal poetsen")])
    assert index.find("zaal huren", "nl").topics[0] == "a"


def test_topics_for_staff_and_by_invitation_are_not_found():
    shown = catalogue(topic("een", "Bezwaar"), topic("twee", "Bezwaar bespreken", visibility="link"))
    assert search(shown, "bezwaar", "nl").topics == ("een",)


def test_a_changed_configuration_is_searched_at_once():
    assert search(catalogue(topic("een", "Bezwaar")), "vogels", "nl").result == "nothing"
    assert search(catalogue(topic("een", "Vogels")), "vogels", "nl").topics == ("een",)


def test_searches_are_counted_by_result_without_their_words():
    before = counted("nothing")
    count_search("stad", Found("nothing"))
    assert counted("nothing") == before + 1


@given(st.text(max_size=100), st.sampled_from(LANGUAGES))
def test_any_text_has_an_answer(text, language):
    found = index().find(text, language)
    assert (found.result == "nothing") == (found.topics == ())
    assert len(set(found.topics)) == len(found.topics)


@pytest.mark.parametrize(("word", "known", "split"), [
    ("boomkap", {"boom", "kap"}, ["boom", "kap"]), ("bouwvergunning", {"vergunning"}, ["vergunning"]),
    ("omgevingsvergunning", {"omgeving", "vergunning"}, ["omgeving", "vergunning"]), ("lijn", {"boom"}, []),
])  # fmt: skip
def test_a_compound_is_split_into_its_known_words(word, known, split):
    assert [part for part, _ in parts(word, known.__contains__)] == split


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_group_of_the_thesaurus_speaks_each_language(language):
    for name, group in data("thesaurus.yaml").items():
        assert group["topics"][language], name
        assert group["words"][language], name
    assert stop_words(language)


def test_no_phrase_of_the_thesaurus_is_empty():
    assert all(phrase for group in groups() for _, phrase in group.phrases)
