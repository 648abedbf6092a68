"""The ways out: a small contract, the channels that come with Loket, and the order in which they are tried."""
