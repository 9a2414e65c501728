"""Values of the contract, as the package `wasmtime` takes them."""

from wasmtime.component import Record


def record(**fields):
    """A record. What is `url-path` in the contract is `url_path` here."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def request(connection, method, url_path, query_params=(), json_object=None):
    """A `request` of what most requests need."""
    return record(
        connection=connection,
        url_path=url_path,
        method=method,
        query_params=list(query_params),
        headers=[],
        cookies=[],
        body=None,
        json_object=json_object,
        raw_json=None,
        options=None,
        paginate=None,
    )


def authorize(connection):
    """The step that begins a consent."""
    return record(
        connection=connection,
        display_name=None,
        description=None,
        include_service_management=False,
        extra_scopes=[],
    )
