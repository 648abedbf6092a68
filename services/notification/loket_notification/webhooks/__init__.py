"""Webhooks: subscriptions, deliveries with their attempts, and signatures (Standard Webhooks).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""
