"""`python -m loket_notification` runs notification."""

from loket_chassis.service import run  # first: it patches the sockets


def main() -> None:
    run.main("loket_notification.service:NotificationService", "loket_notification.settings:NotificationSettings")


if __name__ == "__main__":
    main()
