"""The published RPC interface of each service: a Protocol with every method, and the types of what crosses the bus.

`booking`, `notification` and `reporting` hold one Protocol each. Commands, queries and some answers are dataclasses
with a marshmallow schema (`message`); other answers are TypedDicts, which are JSON as they are.
"""
