"""`python -m loket_booking` runs booking."""

from loket_chassis.service import run  # first: it patches the sockets


def main() -> None:
    run.main("loket_booking.service:BookingService", "loket_booking.settings:BookingSettings")


if __name__ == "__main__":
    main()
