"""The cookie with proofs that this browser's resident has an address or number. Booking makes and checks the proofs.

A proof does not reveal its address.
"""

from __future__ import annotations

import datetime as dt

from werkzeug.wrappers import Request, Response

from .authentication import Authentication

#: suffix of the name of the cookie
PROVEN = "-proven"
LASTS = dt.timedelta(days=365)
#: proofs in one cookie, and the most characters of one
MAX_PROOFS, LONGEST_PROOF = 4, 100
BETWEEN = "~"


def proofs_of(access: Authentication, request: Request) -> tuple[str, ...]:
    """Return the proofs of this browser, the newest first."""
    sent = request.cookies.get(access.cookie_name + PROVEN, "")
    return tuple(each for each in sent.split(BETWEEN)[:MAX_PROOFS] if 0 < len(each) <= LONGEST_PROOF)


def remember_proof(access: Authentication, request: Request, response: Response, proof: str) -> None:
    """Store a proof in the browser, with the newest of those it has."""
    proofs = dict.fromkeys((proof, *proofs_of(access, request)))
    access.set_cookie(response, BETWEEN.join(list(proofs)[:MAX_PROOFS]), PROVEN, LASTS)
