"""A dictionary as secret store: what `wit/secret-store.wit` asks for, but
nothing of it outlives the process. Put a database in its place.

The package `wasmtime` names the case of a variant only where the Python types
of the cases do not tell them apart. So `get` answers an entry or `None`, `put`
a version or what is there instead, but `delete` an outcome within a result.
"""

import itertools
import threading

from wasmtime.component import Variant

from values import record


class DictStore:
    """Entries by key. A comparison and its write are one step, because a
    lock is held for both."""

    def __init__(self, entries=None):
        self._entries = {}
        self._versions = itertools.count(1)
        self._lock = threading.Lock()
        for key, value in (entries or {}).items():
            self.put(key, value, Variant("any"))

    def get(self, key):
        return self._entries.get(key)

    def get_many(self, keys):
        return [self.get(key) for key in keys]

    def put(self, key, value, expect):
        with self._lock:
            found = self._entries.get(key)
            if not _is_as_expected(found, expect):
                return found
            # Counted over all keys: no version comes again after a delete.
            version = str(next(self._versions))
            self._entries[key] = record(value=value, version=version)
            return version

    def put_many(self, changes):
        return [self.put(c.key, c.value, c.expect) for c in changes]

    def delete(self, key, expect):
        with self._lock:
            found = self._entries.get(key)
            if found is None and expect.tag != "version":
                return Variant("ok", Variant("deleted"))
            if not _is_as_expected(found, expect):
                return Variant("ok", Variant("stale", found))
            del self._entries[key]
            return Variant("ok", Variant("deleted"))

    def list(self, prefix, _cursor):
        keys = [key for key in list(self._entries) if key.startswith(prefix)]
        return record(keys=keys, cursor=None)


def _is_as_expected(found, expect):
    if expect.tag == "version":
        return found is not None and found.version == expect.payload
    return expect.tag == "any" or found is None
