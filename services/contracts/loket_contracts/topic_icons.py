"""The icons that a municipality can give to an appointment type: names of Lucide (lucide.dev)."""

from __future__ import annotations

TOPIC_ICONS = (
    "baby", "badge-check", "bike", "book-open", "brick-wall", "briefcase", "building-2", "bus", "calendar-days",
    "car", "clipboard-list", "construction", "door-open", "droplets", "euro", "factory", "file-pen",
    "file-search", "file-text", "gavel", "graduation-cap", "hammer", "heart-handshake", "house", "house-plug",
    "id-card", "key-round", "land-plot", "landmark", "leaf", "lightbulb", "map", "map-pin-house", "recycle",
    "ruler", "scale", "search-check", "shield-alert", "sprout", "store", "trash-2", "tree-deciduous",
    "users-round", "volume-2", "wallet",
)  # fmt: skip
