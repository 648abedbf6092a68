"""The error about a taken port names the process that uses it and what to do."""

import os
import socket

import pytest

from loket_local.ports import LOOPBACK, find_free, is_free, require_free
from loket_local.processes import StartFailed


def test_free_ports_are_different_and_free():
    ports = find_free(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_a_port_conflict_error_names_the_process_and_the_setting_to_change():
    with socket.socket() as holder:
        holder.bind((LOOPBACK, 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(StartFailed) as failure:
            require_free(port, "the gateway", "LOKET_HTTP_PORT")
    for part in (str(port), f"process {os.getpid()}", "LOKET_HTTP_PORT"):
        assert part in str(failure.value)
