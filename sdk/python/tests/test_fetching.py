"""The sender of the package against servers that misbehave."""

import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from consentry_verify import ConsentSettings, ConsentVerifier, Environment, FetchError, Refused, Request, UrllibFetch


class Misbehaving(BaseHTTPRequestHandler):
    seen = []
    over = threading.Event()

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/plain")
            self.end_headers()
            return
        if self.path == "/silent":
            self.over.wait(10)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path == "/plain" else "application/json")
        self.end_headers()
        if self.path == "/slow":
            while not self.over.wait(0.02):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
        elif self.path == "/endless":
            try:
                while not self.over.is_set():
                    self.wfile.write(b" " * 65_536)
            except OSError:
                return
        else:
            self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


class Sending(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Misbehaving.over.clear()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
        threading.Thread(target=cls.server.serve_forever, args=(0.02,), daemon=True).start()
        cls.base = f"http://127.0.0.1:{cls.server.server_port}"

    @classmethod
    def tearDownClass(cls):
        Misbehaving.over.set()
        cls.server.shutdown()
        cls.server.server_close()

    def test_8_7_redirects_are_not_followed(self):
        Misbehaving.seen.clear()
        self.assertEqual(UrllibFetch()(Request(f"{self.base}/redirect")).status, 302)
        self.assertEqual([path for path, _ in Misbehaving.seen], ["/redirect"])

    def test_8_7_nothing_endless_or_slow_is_read_to_its_end(self):
        fetch = UrllibFetch(connect_seconds=0.2, total_seconds=0.3)
        for path in ("/endless", "/slow", "/silent"):
            with self.subTest(path), self.assertRaises(FetchError):
                fetch(Request(f"{self.base}{path}"))

    def test_8_7_where_nobody_listens_is_a_failure_of_the_same_kind(self):
        with self.assertRaises(FetchError):
            UrllibFetch()(Request("http://127.0.0.1:1/"))

    def test_a_provider_that_misbehaves_leaves_no_verdict(self):
        for path in ("/plain", "/redirect", "/json"):
            fetch = UrllibFetch()
            verifier = ConsentVerifier(
                ConsentSettings(self.base, ["dpp://tide@northbay.example/A"], require_id_token=False),
                Environment(lambda request, path=path: fetch(Request(self.base + path))),
            )
            with self.subTest(path), self.assertRaises(Refused) as caught:
                verifier._keys.document()
            expected = "configuration" if path == "/json" else "keys_unavailable"
            self.assertEqual(str(caught.exception.code), expected)
            self.assertTrue(caught.exception.undecided)


if __name__ == "__main__":
    unittest.main()
