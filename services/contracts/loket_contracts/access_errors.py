"""The ways in which Loket says no to who knocks: accounts, keys, sessions, and asking too often."""

from __future__ import annotations

from .error_code import ErrorCode

ACCESS_ERRORS = (
    ErrorCode(
        "login-needed",
        "Log in, or send a key",
        "This address is for who has an account or an API key of the municipality, and none was sent that works.",
        "Log in at /<municipality>/aanmelden, or send Authorization: Bearer <API key>.",
    ),
    ErrorCode(
        "forbidden",
        "Not for you",
        "You may not do this here: it needs the permission {permission}.",
        "Ask an administrator of the municipality for a role that has it.",
    ),
    ErrorCode(
        "csrf",
        "This form is not ours, or too old",
        "The request carries no token of your session, so it may come from another site.",
        "Load the page again. A program sends the token of the session as X-CSRF-Token.",
    ),
    ErrorCode(
        "password-change-needed",
        "Choose your own password first",
        "You use a password that somebody else gave you.",
        "Choose a new one at /<municipality>/wachtwoord.",
    ),
    ErrorCode(
        "login-refused",
        "That is not right",
        "The name or the password is not right, or the account is closed.",
        "After some wrong passwords an account stays closed for minutes. An administrator can give a new password.",
    ),
    ErrorCode(
        "work-needed",
        "One moment, please",
        "To keep robots out, we ask you to wait {seconds} seconds before you take a moment.",
        "Choose the moment again. A program sends the Loket-Stamp of this answer, and Loket-Work with a text for which "
        "SHA-256 of stamp:text begins with Loket-Bits zero bits; or it waits Retry-After seconds and sends the stamp.",
    ),
    ErrorCode(
        "too-many-bookings",
        "Too many bookings",
        "From this address {limit} appointments were booked within an hour. Try again later, or call us.",
        "Try again after the number of seconds in Retry-After; a portal has a key of its own.",
    ),
    ErrorCode(
        "too-many-requests",
        "Too many requests",
        "There were too many requests from this address. Go on in {seconds} seconds.",
        "Wait for the number of seconds in Retry-After. RateLimit tells how many are left.",
    ),
    ErrorCode(
        "account-not-found",
        "No such account or key",
        "There is no {name} here.",
        "The list names those that there are.",
    ),
    ErrorCode(
        "name-taken",
        "That name is taken",
        "There is a {name} already.",
        "Choose another name, or change the one that there is.",
    ),
    ErrorCode(
        "webhook-not-found",
        "No such webhook",
        "There is no such webhook or delivery among yours.",
        "GET .../webhooks lists yours.",
    ),
    ErrorCode(
        "webhook-target-refused",
        "Webhooks cannot go there",
        "Nothing can be sent to this address: {reason}.",
        "Give a public address that begins with https://.",
    ),
    ErrorCode(
        "too-many-webhooks",
        "Too many webhooks",
        "One key can have {limit} webhooks.",
        "Remove one that is not needed any more; one webhook can carry several event types.",
    ),
)
