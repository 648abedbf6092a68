"""A text is chosen in the requested language, else in the first one that it has."""

from loket_contracts import languages


def test_a_text_falls_back_to_the_first_language_of_the_municipality_and_then_to_any():
    text = languages.in_order({"nl": "ja", "en": "yes", "fr": "oui"}, ["de", "fr"])
    assert list(text) == ["fr", "nl", "en"]
    assert languages.pick(text, "en") == "yes"
    assert languages.pick(text, "de") == "oui"
    assert languages.pick({}, "de") == languages.pick(None, "de") == ""


def test_an_unknown_language_is_replaced_by_the_first_one():
    assert languages.spoken("fr", ["de", "fr"]) == "fr"
    assert languages.spoken("nl", ["de", "fr"]) == languages.spoken(None, ["de", "fr"]) == "de"


def test_every_language_has_a_name_and_a_locale():
    assert tuple(languages.NAMES) == tuple(languages.LOCALES) == languages.LANGUAGES
    assert languages.DEFAULT_LANGUAGE in languages.LANGUAGES
