"""The connector in Python, against a simulated Atlassian.

SIMULATOR is what `jira-host simulate --json` prints, COMPONENT the file.
"""

import json
import os
import unittest
from http.client import HTTPConnection
from urllib.parse import urlsplit, urlunsplit

from wasmtime.component import Variant

from connector import Connector, ConnectorError
from store import DictStore
from values import authorize, record, request

SIMULATOR = json.loads(os.environ["SIMULATOR"])


def ask(method, url, body=None):
    """An HTTP exchange that follows no redirect."""
    _, authority, *rest = urlsplit(url)
    connection = HTTPConnection(authority, timeout=10)
    target = urlunsplit(("", "", *rest))
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, target, body, form)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


class InPython(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        app = json.dumps(SIMULATOR["app"]).encode()
        cls.secrets = DictStore({"app": app})
        cls.tenant = Connector(os.environ["COMPONENT"]).tenant(cls.secrets)
        consent = cls.tenant.oauth_exchange("authorize", authorize("python")).payload
        answer, _ = ask("POST", consent.url, "decision=allow")
        callback = record(
            connection="python",
            state=consent.state,
            redirect_url=answer.headers["Location"],
        )
        cls.connected = cls.tenant.oauth_exchange("callback", callback)

    def test_a_consent_makes_a_connection(self):
        self.assertEqual(self.connected.tag, "connected")
        status = self.connected.payload.status
        self.assertEqual(status.state, "ready")
        self.assertEqual(status.site.url, "https://example.atlassian.net")
        self.assertEqual(getattr(status, "missing-scopes"), [])

    def test_a_get_answers_an_issue(self):
        fields = [("fields", "summary")]
        answer = self.tenant.api_request(request("python", "get", "/issue/DEMO-1", fields))
        self.assertEqual(answer.status, 200)
        issue = json.loads(answer.body)
        self.assertEqual(issue["key"], "DEMO-1")
        self.assertEqual(list(issue["fields"]), ["summary"])

    def test_a_post_adds_a_comment(self):
        path = "/rest/api/2/issue/DEMO-1/comment"
        comment = json.dumps({"body": "Grüße aus Python"}, ensure_ascii=False)
        answer = self.tenant.api_request(
            request("python", "post", path, json_object=comment)
        )
        self.assertEqual(answer.status, 201)
        answer = self.tenant.api_request(request("python", "get", path))
        latest = json.loads(answer.body)["comments"][-1]
        self.assertEqual(latest["body"], "Grüße aus Python")

    def test_an_expired_token_is_refreshed_on_the_way(self):
        before = self.secrets.get("tokens/python").version
        answer, _ = ask("POST", SIMULATOR["auth_origin"] + "/_simulator/tokens/expire")
        self.assertEqual(answer.status, 204)
        answer = self.tenant.api_request(request("python", "get", "/issue/DEMO-1"))
        self.assertEqual((answer.status, answer.attempts), (200, 2))
        self.assertNotEqual(self.secrets.get("tokens/python").version, before)
        self.assertIsNone(self.secrets.get("leases/python"))

    def test_an_error_says_what_to_do(self):
        with self.assertRaises(ConnectorError) as raised:
            self.tenant.api_request(request("python", "get", "/issue/NONE-1"))
        error = raised.exception.error
        self.assertEqual((error.kind.tag, error.action), ("api", "fix-request"))
        self.assertEqual(error.kind.payload.status, 404)
        with self.assertRaises(ConnectorError) as raised:
            self.tenant.oauth_exchange("refresh", "nobody")
        error = raised.exception.error
        self.assertEqual(error.action, "reauthorize")

    def test_the_store_compares_before_it_writes(self):
        store = DictStore()
        first = store.put("key", b"1", Variant("absent"))
        self.assertEqual(store.put("key", b"2", Variant("absent")).version, first)
        second = store.put("key", b"2", Variant("version", first))
        self.assertEqual(store.put("key", b"3", Variant("version", first)).value, b"2")
        stale = store.delete("key", Variant("version", first))
        self.assertEqual(stale.payload.payload.version, second)
        self.assertEqual(store.delete("key", Variant("any")).payload.tag, "deleted")
        third = store.put("key", b"1", Variant("absent"))
        self.assertNotIn(third, (first, second))


if __name__ == "__main__":
    unittest.main()
