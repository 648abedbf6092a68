"""The words of a name for the search index: without case, accents and hyphens."""

from __future__ import annotations

import re
import unicodedata


def name_words(text: str) -> list[str]:
    """The words of a name, each once: `Zoë De Wachter-Peeters` gives zoe, de, wachter and peeters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return list(
        dict.fromkeys(re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each))))
    )
