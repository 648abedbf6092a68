"""The rules of messages: which are sent, to which recipient, and when. Pure: no clock, store or network."""
