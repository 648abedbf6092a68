"""`python -m loket_gateway` runs gateway."""

from loket_chassis.service import run  # first: it patches the sockets


def main() -> None:
    run.main("loket_gateway.service:GatewayService", "loket_gateway.settings:GatewaySettings")


if __name__ == "__main__":
    main()
