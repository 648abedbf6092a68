"""Events pushed to portals: who wants which, each delivery with its tries, signed as Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""
