"""From a message and a contact card to words, in the resident's language and the location's time."""
