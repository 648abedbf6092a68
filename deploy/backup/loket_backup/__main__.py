"""`python -m loket_backup` is `loket backup`."""

from .cli import backup

backup()
