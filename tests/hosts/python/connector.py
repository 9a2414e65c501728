"""The connector in Python, by the package `wasmtime`.

That package has no place for a list of origins that may be reached: nothing but
the network around the process keeps the connector in. Nor can a store's `get`
or `put` answer an error there: it raises an exception, and the call ends.
"""

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record, Variant

SECRET_STORE = "jira:connector/secret-store@0.1.0"

# An answer of the longest that a request can ask for, twice, and then some.
MEMORY = 640 << 20


class ConnectorError(Exception):
    """The `error` of the contract: `kind`, `action`, `message` and the rest."""

    def __init__(self, error):
        super().__init__(error.message)
        self.error = error


class Connector:
    """The component, compiled once for a process."""

    def __init__(self, path):
        self.engine = Engine()
        self.component = Component.from_file(self.engine, path)

    def tenant(self, secrets):
        """The exports on this store: one application, one trust domain."""
        return Tenant(self, secrets)


class Tenant:
    """What the component can do, on one secret store."""

    def __init__(self, connector, secrets):
        self._connector = connector
        self._linker = Linker(connector.engine)
        self._linker.add_wasip2()
        self._linker.add_wasi_http()
        with self._linker.root() as root, root.add_instance(SECRET_STORE) as store:
            for name in ("get", "get-many", "put", "put-many", "delete", "list"):
                store.add_func(name, _function(secrets, name))

    def api_request(self, request):
        return self._request("api-request", request)

    def servicedesk_request(self, request):
        return self._request("servicedesk-request", request)

    def oauth_exchange(self, step, argument):
        """An outcome, such as `Variant("consent", …)`."""
        outcome = self._call("oauth-exchange", Variant(step, argument))
        if isinstance(outcome, Record):
            raise ConnectorError(outcome)
        return outcome

    def _request(self, export, request):
        result = self._call(export, request)
        if result.tag == "err":
            raise ConnectorError(result.payload)
        return result.payload

    def _call(self, export, argument):
        """An instance for each call: none sees what another has left."""
        store = Store(self._connector.engine)
        store.set_limits(memory_size=MEMORY)
        store.set_wasi(WasiConfig())
        store.set_wasi_http()
        instance = self._linker.instantiate(store, self._connector.component)
        return instance.get_func(store, export)(store, argument)


def _function(secrets, name):
    method = getattr(secrets, name.replace("-", "_"))
    return lambda _context, *arguments: method(*arguments)
