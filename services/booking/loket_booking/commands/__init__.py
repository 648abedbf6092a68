"""What booking does when it is asked to change something. One function per command; each is one decision."""
