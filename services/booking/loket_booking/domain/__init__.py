"""The rules of appointments. Pure: no bus, no database, no HTTP, no clock; `now` comes in as an argument."""
