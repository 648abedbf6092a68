"""`python -m loket_chassis.cli` is `loket`."""

from .root import main

main()
