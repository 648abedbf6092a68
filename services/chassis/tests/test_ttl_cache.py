"""Cached values are fresh for a while, loaded once, and stay readable after they expired."""

import threading
import time

import pymongo
import pytest

from loket_chassis.runtime.ttl_cache import CachedValue, TtlCache


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class CountingLock:
    """A lock that knows how many callers have asked for it."""

    def __init__(self):
        self.asked = 0
        self._lock = threading.Lock()

    def __enter__(self):
        self.asked += 1
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()

    def locked(self):
        return self._lock.locked()


@pytest.fixture
def clock():
    return Clock()


def fail():
    raise RuntimeError("the source is away")


def test_a_value_is_loaded_once_until_it_expires(clock):
    cache = TtlCache(5, clock=clock)
    assert cache.get("a", lambda: 1) == cache.get("a", lambda: 2) == 1
    clock.now += 5
    assert cache.fresh("a") is None
    assert cache.get("a", lambda: 3) == 3


def test_an_absent_value_is_cached_too(clock):
    cache = TtlCache(5, clock=clock)
    assert cache.get("a", lambda: None) is cache.get("a", fail) is None


def test_an_expired_value_can_be_served_while_its_source_is_unavailable(clock):
    cache = TtlCache(5, clock=clock)
    cache.put("a", 1)
    cache.expire()
    with pytest.raises(RuntimeError):
        cache.get("a", fail)
    assert cache.stale("a") == 1
    cache.clear()
    assert cache.stale("a") is None


def test_a_value_whose_load_overlaps_an_expiry_is_loaded_again(clock):
    cache = TtlCache(5, clock=clock)

    def load():
        cache.expire()
        return "of before the change"

    assert cache.get("a", load) == "of before the change"
    assert cache.get("a", lambda: "of after it") == "of after it"


def test_a_full_cache_evicts_its_oldest_entry(clock):
    cache = TtlCache(5, max_entries=2, clock=clock)
    for key in "abc":
        cache.put(key, key)
    assert [cache.stale(key) for key in "abc"] == [None, "b", "c"]
    cache.put("b", "newer")
    cache.put("d", "d")
    assert [cache.stale(key) for key in "bcd"] == ["newer", None, "d"]


def test_concurrent_callers_share_one_load():
    loads, found = [], []

    def load():
        loads.append(None)
        time.sleep(0.05)
        return len(loads)

    value = CachedValue(load, ttl=60)
    callers = [threading.Thread(target=lambda: found.append(value.get())) for _ in range(5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert found == [1] * 5
    value.expire()
    assert value.get() == 2


def test_while_a_value_is_loaded_again_other_callers_get_the_last_one(clock):
    found = []

    def load():
        found.append(cached.get() if found else None)
        return len(found)

    cached = CachedValue(load, ttl=5, clock=clock)
    assert cached.get() == 1
    clock.now += 6
    assert cached.get() == 2
    assert found == [None, 1]


def test_a_value_that_expired_long_ago_is_not_used_while_it_is_loaded_again(clock):
    found, lock = [], CountingLock()
    values = iter(["of the morning", "of now"])

    def load():
        value = next(values)
        while value == "of now" and lock.asked < 2 and not found:
            time.sleep(0.001)
        return value

    cached = CachedValue(load, ttl=5, clock=clock)
    cached.get()
    clock.now += 3600
    cached._loading = lock
    callers = [threading.Thread(target=lambda: found.append(cached.get())) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert found == ["of now"] * 2


def test_after_a_change_callers_wait_for_the_value_after_it():
    loading, changed = threading.Event(), threading.Event()
    values = iter(["of before", "of after"])

    def load():
        value = next(values)
        if value == "of after":
            loading.set()
            changed.wait(5)
        return value

    cached = CachedValue(load, ttl=60)
    cached.get()
    cached.expire()
    found = []
    callers = [threading.Thread(target=lambda: found.append(cached.get())) for _ in range(3)]
    for caller in callers:
        caller.start()
    loading.wait(5)
    changed.set()
    for caller in callers:
        caller.join()
    assert found == ["of after"] * 3


def test_concurrent_callers_share_the_failure_of_a_load():
    loads, failed = [], []

    def load():
        loads.append(None)
        while value._loading.asked < 3:
            time.sleep(0.001)
        if len(loads) > 1:
            return "loaded"
        raise RuntimeError("the source is away")

    def call():
        try:
            value.get()
        except RuntimeError as error:
            failed.append(error)

    value = CachedValue(load, ttl=60)
    value._loading = CountingLock()
    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert (len(loads), len(failed)) == (1, 3)
    assert value.get() == "loaded"
    assert len(loads) == 2


def test_a_shared_load_has_not_the_deadline_of_the_caller_that_began_it(database):
    value = CachedValue(lambda: database.command("ping")["ok"], ttl=60)
    with pymongo.timeout(0.001):
        time.sleep(0.002)
        assert value.get() == 1
