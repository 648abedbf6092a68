"""Every error code of Loket: its title, its sentence and what the caller can do."""

from __future__ import annotations

from dataclasses import dataclass

from .refusal_codes import RefusalCode


@dataclass(frozen=True)
class ErrorCode:
    """One reason for a refusal. `detail`: a sentence with {named} placeholders, filled from the refusal's params."""

    code: RefusalCode
    title: str
    detail: str
    advice: str


ERRORS: dict[str, ErrorCode] = {
    error.code: error
    for error in (
        ErrorCode(
            "login-needed",
            "Log in, or send a key",
            "This address needs an account or an API key of the municipality, and the request has no valid one.",
            "Log in at /<municipality>/aanmelden, or send Authorization: Bearer <API key>.",
        ),
        ErrorCode(
            "forbidden",
            "No permission",
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
            "Your password was set by an administrator.",
            "Choose a new one at /<municipality>/wachtwoord.",
        ),
        ErrorCode(
            "second-factor-needed",
            "Set up an authenticator app first",
            "Administrators of this installation log in with a password and a code.",
            "Set up an authenticator app at /<municipality>/mijn-account.",
        ),
        ErrorCode(
            "reauthentication-needed",
            "Give your password again",
            "You logged in some time ago, and this changes access or removes data.",
            "Give the password at /<municipality>/aanmelden/bevestigen. It is asked once in ten minutes.",
        ),
        ErrorCode(
            "login-refused",
            "That is not right",
            "The name or the password is not right, or the account is closed.",
            "After some wrong passwords, wait some minutes. An administrator can give a new password.",
        ),
        ErrorCode(
            "work-needed",
            "One moment, please",
            "To keep robots out, we ask you to wait {seconds} seconds before you choose a time.",
            "Choose the moment again. A program sends the Loket-Stamp of this answer, and Loket-Work with a text for "
            "which SHA-256 of stamp:text begins with Loket-Bits zero bits; or it waits Retry-After seconds and sends "
            "the stamp.",
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
            "There were too many requests from this address. Try again in {seconds} seconds.",
            "Wait for the number of seconds in Retry-After. RateLimit says how many requests are left.",
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
        ErrorCode(
            "not-allowed-in-state",
            "That cannot be done any more",
            "The appointment is {state}; from there only this is possible: {allowed}.",
            "GET the appointment to see its state.",
        ),
        ErrorCode(
            "too-early",
            "It is too early for that",
            "This can be done from {opens} on.",
            "GET the appointment: `allowed` names what can be done now.",
        ),
        ErrorCode(
            "appointment-begun",
            "The appointment has begun",
            "This appointment began on {began}. It can no longer be changed here. Contact the municipality: {contact}.",
            "Ring the municipality. Staff can note what became of the visit.",
        ),
        ErrorCode(
            "appointment-over",
            "The appointment is over",
            "This appointment was on {began}. It can no longer be changed. What became of it can still be noted.",
            "Note that the resident was helped (start, then complete) or did not come (no-show).",
        ),
        ErrorCode(
            "appointment-type-removed",
            "This topic can no longer be booked",
            "The topic of this appointment can no longer be booked, so the appointment cannot be moved. It stays as it "
            "is: keep it, cancel it, or ring the municipality.",
            "Show what `move_refusal` says of an appointment before you offer to move it.",
        ),
        ErrorCode(
            "location-removed",
            "This appointment cannot be moved at its location",
            "The topic of this appointment is no longer given at its location. Choose another location, cancel the "
            "appointment, or ring the municipality.",
            "Give `location`: one of those in `move_to` of the appointment.",
        ),
        ErrorCode(
            "removal-not-confirmed",
            "Appointments refer to what would be removed",
            "Nothing was changed, since coming appointments refer to what would be removed: {number}.",
            "`errors` names them for each entry. They stay as they are, but can no longer be moved as before. Send the "
            "same configuration with `?confirm=true`.",
        ),
        ErrorCode(
            "unknown-municipality",
            "Unknown municipality",
            "There is no municipality {municipality} here.",
            "GET /api/v1/municipalities lists those that there are.",
        ),
        ErrorCode(
            "unknown-appointment-type",
            "Unknown appointment type",
            "There is no appointment type {appointment_type}.",
            "GET .../appointment-types lists those that can be booked.",
        ),
        ErrorCode(
            "unknown-location",
            "Unknown location",
            "{location} is not a location for this appointment.",
            "GET .../locations lists the locations; each appointment type names its own.",
        ),
        ErrorCode(
            "unknown-resource",
            "Unknown specialist",
            "{resource} does not give this appointment.",
            "Leave `resource` out to take any specialist who is free.",
        ),
        ErrorCode(
            "location-needed",
            "Choose a location",
            "This appointment is given at several locations. Choose one: {locations}.",
            "Give `location`.",
        ),
        ErrorCode(
            "types-not-combinable",
            "These appointments cannot be combined",
            "The appointment types asked for are given by different teams or in different places.",
            "Book them one by one.",
        ),
        ErrorCode(
            "slot-in-the-past",
            "That moment has passed",
            "{start} is in the past.",
            "GET .../slots lists the free starts.",
        ),
        ErrorCode(
            "slot-not-offered",
            "That start is not on offer",
            "No appointment of this kind can start at {start}.",
            "GET .../slots lists the free starts.",
        ),
        ErrorCode(
            "slot-taken",
            "That slot has just been taken",
            "{start} is no longer free.",
            "GET .../slots lists the free starts; nothing was stored.",
        ),
        ErrorCode(
            "hold-not-found",
            "That reservation is gone",
            "The provisional reservation does not exist any more.",
            "Holds live for minutes. Choose a slot again.",
        ),
        ErrorCode(
            "too-many-holds",
            "Too many slots reserved",
            "This address already holds {limit} slots without completing a form.",
            "Finish or drop one of them; a reservation expires after some minutes.",
        ),
        ErrorCode(
            "too-many-appointments",
            "Too many appointments",
            "There are {limit} appointments of this kind to come for this person already.",
            "Cancel one of them first, or ask the municipality.",
        ),
        ErrorCode(
            "confirmation-over",
            "There is nothing to confirm any more",
            "This booking was not confirmed in time, so its moment is free again for everybody. Choose a moment again.",
            "Book again. A booking that is not confirmed is deleted at its `expires_at`.",
        ),
        ErrorCode(
            "wrong-code",
            "That is not the code",
            "This is not the code that we sent. You can try {left} more times.",
            "Send the six digits of the newest message.",
        ),
        ErrorCode(
            "code-used-up",
            "This code can no longer be used",
            "There were too many attempts with this code. Have a new code sent.",
            "The page of the booking sends a new code. A program books again.",
        ),
        ErrorCode(
            "too-many-codes",
            "Too many codes",
            "We have sent as many codes there as we may for now. Look in your messages, also among the unwanted ones.",
            "Try again after the number of seconds in Retry-After, or call the municipality.",
        ),
        ErrorCode(
            "invitation-not-valid",
            "This invitation cannot be used",
            "The invitation was used before, has ended, was taken back, or never existed.",
            "Ask who sent it for a new one.",
        ),
        ErrorCode(
            "already-on-waiting-list",
            "Already on the waiting list",
            "This appointment is on the waiting list already.",
            "You get a message as soon as an earlier moment becomes free.",
        ),
        ErrorCode(
            "no-offer",
            "There is no offer any more",
            "No earlier moment is being held for this appointment.",
            "Your appointment has not changed.",
        ),
        ErrorCode(
            "not-on-waiting-list",
            "Not on the waiting list",
            "This appointment is not on the waiting list.",
            "POST .../waiting-list puts it there.",
        ),
        ErrorCode(
            "feedback-given",
            "Feedback was given already",
            "You have already rated this visit.",
            "There is nothing more to do. Thank you.",
        ),
        ErrorCode(
            "ticket-not-found",
            "No such ticket",
            "There is no ticket {ticket}.",
            "The queue lists the tickets of today.",
        ),
        ErrorCode(
            "nobody-waiting",
            "Nobody is waiting",
            "No visitor is waiting that this specialist can help.",
            "Try again when a resident has checked in or taken a number.",
        ),
        ErrorCode(
            "file-not-accepted",
            "This file cannot be taken",
            "The file was not taken: {reason}.",
            "Send a PDF, an image (JPEG, PNG, WebP, HEIC, TIFF), within the limits that the message names.",
        ),
        ErrorCode(
            "file-not-found",
            "No such file",
            "There is no such file with this appointment.",
            "GET the appointment to see its files.",
        ),
        ErrorCode(
            "file-not-scanned",
            "This file is not scanned yet",
            "The virus scanner has not checked this file yet.",
            "Repeat the request in a minute.",
        ),
        ErrorCode(
            "closure-not-found",
            "No such closure",
            "There is no closure {closure}.",
            "The list of closures names those that there are.",
        ),
        ErrorCode(
            "unknown-message",
            "Unknown message",
            "There is no message {message} that was settled.",
            "The messages of the appointment name those that there are.",
        ),
        ErrorCode(
            "unknown-message-kind",
            "Unknown kind of message",
            "Kinds are {kinds}; languages are {languages}.",
            "Name one of each.",
        ),
        ErrorCode(
            "not-sent",
            "The message was not sent",
            "The provider did not take it: {reason}.",
            "Look at the settings of the channel, then try again.",
        ),
        ErrorCode(
            "unknown-provider",
            "Unknown provider",
            "No provider {provider} is set.",
            "EMAIL_PROVIDERS and SMS_PROVIDERS name those that are.",
        ),
        ErrorCode(
            "receipt-not-signed",
            "The receipt is not signed",
            "This receipt does not come from the provider, or its secret is set wrongly.",
            "Set the same secret here and at the provider.",
        ),
        ErrorCode(
            "no-such-version",
            "No such version",
            "The configuration has no version {version}.",
            "The list of versions names those that there are.",
        ),
        ErrorCode(
            "appointment-not-found",
            "No such appointment",
            "There is no such appointment, or the link to it is no longer valid.",
            "Use the link in the confirmation.",
        ),
        ErrorCode(
            "token-needed",
            "The token of the appointment is needed",
            "This address needs the token that came with the appointment.",
            "Send it as Authorization: Bearer <link_token>.",
        ),
        ErrorCode(
            "address-not-barred",
            "This address is not barred",
            "Messages to this address are not held back.",
            "GET .../appointments/{id}/barred-addresses lists those that are.",
        ),
        ErrorCode(
            "settings-changed",
            "A colleague has changed the settings",
            "A colleague stored a newer version since you opened this. Your change was not stored.",
            "Load the page or the configuration again, and repeat your change.",
        ),
        ErrorCode(
            "changed-meanwhile",
            "A colleague changed this at the same time",
            "The appointment was changed by another request at the same time.",
            "GET the appointment, and decide again.",
        ),
        ErrorCode(
            "idempotency-key-reused",
            "Idempotency key used for something else",
            "This Idempotency-Key was used before for a different request.",
            "Use a new key for a new request; repeat a request letter for letter.",
        ),
        ErrorCode(
            "invalid-request",
            "The request is not right",
            "Something in the request is missing or wrong; see `errors`.",
            "Each entry of `errors` points at a field (RFC 6901) and says what is wrong with it.",
        ),
        ErrorCode(
            "invalid-configuration",
            "The configuration is not right",
            "The configuration was not taken; see `errors`.",
            "Each entry of `errors` names the line and what is wrong there. The old configuration still counts.",
        ),
        ErrorCode(
            "malformed-json",
            "The body is not JSON",
            "The body cannot be read as JSON: {reason}.",
            "Send one JSON object, in UTF-8 (RFC 8259).",
        ),
        ErrorCode(
            "unsupported-media-type",
            "Wrong content type",
            "The content type of the body must be {expected}.",
            "Set the Content-Type header.",
        ),
        ErrorCode(
            "body-too-large",
            "The body is too large",
            "A body may hold {limit} bytes at most.",
            "Send less.",
        ),
        ErrorCode(
            "body-too-slow",
            "The body took too long",
            "The body of the request did not come in within the time that there is for it.",
            "Send it again over a better connection; nothing was done.",
        ),
        ErrorCode(
            "address-too-long",
            "The address is too long",
            "An address with its query may hold {limit} bytes at most.",
            "Ask for less at a time.",
        ),
        ErrorCode("not-found", "Not found", "There is nothing at this address.", "See /docs for the addresses."),
        ErrorCode(
            "method-not-allowed",
            "Method not allowed",
            "This address does not take {method}.",
            "The Allow header names the methods it takes.",
        ),
        ErrorCode(
            "service-unavailable",
            "Not available at the moment",
            "A part of Loket does not answer at the moment. Nothing was changed. Try again in a moment.",
            "Try again after the number of seconds in Retry-After.",
        ),
        ErrorCode(
            "outcome-unknown",
            "No answer in time",
            "No answer came in time, so we do not know whether this was done. Wait a moment and try again in the same "
            "way.",
            "Send the same request with the same Idempotency-Key after the number of seconds in Retry-After: it is "
            "done only once. Without a key, look first whether it was done.",
        ),
        ErrorCode(
            "internal-error",
            "Something went wrong on our side",
            "Something went wrong on our side. It was recorded under {reference}.",
            "Give the operator the reference.",
        ),
    )
}
