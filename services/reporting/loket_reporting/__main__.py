"""`python -m loket_reporting` runs reporting."""

from loket_chassis.service import run  # first: it patches the sockets


def main() -> None:
    run.main("loket_reporting.service:ReportingService", "loket_reporting.settings:ReportingSettings")


if __name__ == "__main__":
    main()
