"""The fields of a form with contact data: how the resident is reached, who comes, and what they need."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

#: the fields with a text
CONTACT_FIELDS = ("name", "email", "phone", "language", "visitor", "interpreter")
#: the checkboxes, which are one text in the contact data
ACCESS_NEEDS = "access_needs"


def sent_contact(form: MultiDict[str, str], names: Iterable[str] = CONTACT_FIELDS) -> dict[str, str]:
    """Return the contact data in a form, without what was left empty."""
    given = {name: form[name].strip() for name in names if form.get(name, "").strip()}
    needs = " ".join(dict.fromkeys(form.getlist(ACCESS_NEEDS)))
    return {**given, ACCESS_NEEDS: needs} if needs else given
