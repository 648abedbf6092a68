"""Host names are resolved without blocking other green threads, and without a second resolver in memory."""

import subprocess
import sys

LOOK = """
from loket_chassis.runtime import dns
from loket_chassis.service import run
import socket, sys, time, eventlet
{}
"""


def run(code):
    command = [sys.executable, "-c", LOOK.format(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_slow_lookup_does_not_block_others():
    # what is not patched sleeps as a name server that does not answer would let it
    turns = run("""
from eventlet.patcher import original
def slow(*args):
    original("time").sleep(0.0 if args[-1] & socket.AI_NUMERICHOST else 0.6)
    raise socket.gaierror
dns._of_the_system = slow
turns = []
def work():
    while True:
        turns.append(1); eventlet.sleep(0.02)
eventlet.spawn(work)
try: socket.create_connection(("name.example", 80))
except socket.gaierror: print(len(turns))
""")
    assert int(turns[0]) > 5


def test_addresses_and_host_names_resolve():
    found = run("""
print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4][0])
print({each[4][0] for each in socket.getaddrinfo("localhost", 80)} <= {"127.0.0.1", "::1"})
print("dns" in sys.modules)
""")
    assert found == ["127.0.0.1", "True", "False"]
