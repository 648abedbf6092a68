"""Back up the databases of Loket at one moment, encrypted, and restore them."""
