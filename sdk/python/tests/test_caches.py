"""Keys, feeds and verdicts are kept as long as they may be, and nobody is asked more often than needed."""

import threading
import unittest

from provider import CASES, CONFIGURATION, FEED, JWKS, Provider, code

SECOND = "signed with the key that rotation brought"


class Keys(unittest.TestCase):
    def test_8_5_a_thousand_requests_for_one_unknown_kid_cause_one_fetch(self):
        provider = Provider()
        verifier = provider.verifier()
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.now += 31
        self.assertEqual(provider.count(JWKS), 1)
        provider.gate = threading.Event()
        codes = []
        threads = [threading.Thread(target=lambda: codes.append(code(verifier, "kid unknown"))) for _ in range(1000)]
        for thread in threads:
            thread.start()
        provider.gate.set()
        for thread in threads:
            thread.join()
        self.assertEqual(codes, ["kid_unknown"] * 1000)
        self.assertEqual(provider.count(JWKS), 2)
        self.assertEqual(provider.count(CONFIGURATION), 2, "the document is read again with the keys")
        provider.now += 31
        self.assertEqual(code(verifier, "kid unknown"), "kid_unknown")
        self.assertEqual(provider.count(JWKS), 2, "it is remembered as unknown for a minute")
        self.assertEqual(code(verifier, "kid a path"), "kid_unknown")
        self.assertEqual(provider.count(JWKS), 3, "another one is looked for")

    def test_8_5_many_first_requests_cause_one_fetch_and_so_they_do_where_it_fails(self):
        for reachable in (True, False):
            provider = Provider()
            if not reachable:
                provider.documents[CONFIGURATION] = None
            verifier = provider.verifier()
            provider.gate = threading.Event()
            codes = []
            threads = [threading.Thread(target=lambda: codes.append(code(verifier, "valid"))) for _ in range(100)]
            for thread in threads:
                thread.start()
            provider.gate.set()
            for thread in threads:
                thread.join()
            self.assertEqual(codes, ["ok" if reachable else "keys_unavailable"] * 100)
            self.assertEqual(provider.count(CONFIGURATION), 1)

    def test_8_5_a_new_key_is_found_once_the_cooldown_is_over(self):
        provider = Provider()
        verifier = provider.verifier()
        provider.publish("provider-1")
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.publish("provider-1", "provider-2")
        self.assertEqual(code(verifier, SECOND), "kid_unknown")
        provider.now += 31
        self.assertEqual(code(verifier, SECOND), "ok")
        self.assertEqual(provider.count(JWKS), 2)

    def test_8_5_a_key_that_is_no_longer_listed_is_gone_at_once(self):
        provider = Provider()
        verifier = provider.verifier(remember=0)
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.publish("provider-2")
        provider.now += 301
        self.assertEqual(code(verifier, "valid"), "kid_unknown")
        self.assertEqual(code(verifier, SECOND), "ok")

    def test_8_5_keys_are_refreshed_beside_a_request_once(self):
        provider = Provider()
        verifier = provider.verifier(remember=0)
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.now += 241
        for _ in range(5):
            self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual((provider.count(JWKS), len(provider.beside)), (1, 1))
        provider.run_beside()
        self.assertEqual(provider.count(JWKS), 2)
        provider.now += 200
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual((provider.count(JWKS), provider.count(CONFIGURATION)), (2, 1))

    def test_8_5_the_last_good_keys_count_for_a_while_and_attempts_become_rarer(self):
        provider = Provider()
        verifier = provider.verifier(remember=0, max_lifetime=None, skew=300, stale_if_error=600)
        self.assertEqual(code(verifier, "valid"), "ok")
        good = provider.documents[JWKS]
        provider.documents[JWKS] = {**good, "body": '{"keys":[]}'}
        provider.now += 301
        self.assertEqual(code(verifier, "valid"), "ok", "an empty set is a failure")
        self.assertEqual(provider.count(JWKS), 2)
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual(provider.count(JWKS), 2, "five seconds of pause")
        provider.now += 5
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual(provider.count(JWKS), 3)
        provider.now += 9
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual(provider.count(JWKS), 3, "ten seconds of pause")
        self.assertEqual(code(verifier, "kid unknown"), "keys_unavailable", "nobody can tell")
        provider.now += 600
        self.assertEqual(code(verifier, "valid"), "keys_unavailable")
        provider.documents[JWKS] = good
        provider.now += 300
        self.assertEqual(code(verifier, "valid"), "ok")

    def test_8_5_what_a_document_says_about_its_age_is_clamped(self):
        for said, fresh in (("max-age=1", 60), ("max-age=999999", 3600), ("", 3600), ("no-store", 60)):
            with self.subTest(said):
                provider = Provider()
                provider.publish("provider-1", **{"cache-control": said})
                verifier = provider.verifier(remember=0, skew=300)
                self.assertEqual(code(verifier, "valid"), "ok")
                provider.now += fresh - 1
                self.assertEqual(code(verifier, "valid"), "ok")
                self.assertEqual(provider.count(JWKS), 1)
                provider.now += 1
                self.assertEqual(code(verifier, "valid"), "ok")
                self.assertEqual(provider.count(JWKS), 2)

    def test_steps_1_to_4_ask_nobody(self):
        provider = Provider()
        verifier = provider.verifier()
        for case in ("header absent", "nine levels deep", "alg none", "version old", "kid missing", "issuer of somebody else"):
            self.assertEqual(code(verifier, case), CASES[case]["expect"])
        self.assertEqual(provider.asked, [])


class Verdicts(unittest.TestCase):
    def test_a_verdict_is_about_the_exact_texts_and_ends_with_the_keys(self):
        provider = Provider()
        verifier = provider.verifier(remember=2)
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual(code(verifier, "valid", dsi="dpp://other@northbay.example/A"), "dsi")
        self.assertEqual(code(verifier, "valid", id_token="garbage"), "id_token")
        self.assertEqual(code(verifier, "unknown members"), "ok")
        self.assertEqual(code(verifier, SECOND), "ok")
        self.assertEqual(len(verifier._verdicts), 2, "bounded")
        provider.publish("provider-2")
        provider.now += 301
        self.assertEqual(code(verifier, SECOND), "ok")
        self.assertEqual(code(verifier, "unknown members"), "kid_unknown", "not longer than its key is fresh")


class Feeds(unittest.TestCase):
    def test_11_2_a_revocation_counts_after_the_poll_interval_also_for_remembered_verdicts(self):
        provider = Provider()
        provider.feed("feed lists others")
        verifier = provider.verifier(revocation="feed")
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.feed("feed lists it")
        provider.now += 29
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual((provider.count(FEED), provider.beside), (1, []))
        provider.now += 1
        self.assertEqual(code(verifier, "valid"), "ok", "judged by what is known, and looked at beside")
        provider.run_beside()
        self.assertEqual(code(verifier, "valid"), "revoked")
        self.assertEqual(provider.count(FEED), 2)

    def test_11_2_a_second_after_the_poll_interval_nobody_is_judged_before_it_was_looked_at(self):
        provider = Provider()
        provider.feed("feed lists others")
        verifier = provider.verifier(revocation="feed")
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.feed("feed lists it")
        provider.now += 31
        self.assertEqual(code(verifier, "valid"), "revoked")

    def test_11_2_nobody_waits_again_and_again_for_a_feed_that_cannot_be_had(self):
        provider = Provider()
        provider.feed("feed lists others")
        verifier = provider.verifier(revocation="feed")
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.documents[FEED] = None
        provider.now += 31
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.now += 14
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual((provider.count(FEED), len(provider.beside)), (2, 0))
        provider.now += 1
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual((provider.count(FEED), len(provider.beside)), (2, 1))

    def test_11_2_a_feed_with_an_etag_is_asked_for_by_it(self):
        provider = Provider()
        provider.feed("feed lists it", etag='"one"')
        verifier = provider.verifier(revocation="feed")
        self.assertEqual(code(verifier, "valid"), "revoked")
        provider.now += 60
        self.assertEqual(code(verifier, "valid"), "revoked")
        asked = [request.headers.get("If-None-Match") for request in provider.asked if request.url == FEED]
        self.assertEqual(asked, [None, '"one"'])

    def test_11_2_the_last_feed_counts_until_it_expires(self):
        provider = Provider()
        provider.feed("feed lists others")
        verifier = provider.verifier(revocation="feed")
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.documents[FEED] = None
        provider.now += 280 + 60
        self.assertEqual(code(verifier, "valid"), "ok")
        provider.now += 1
        self.assertEqual(code(verifier, "valid"), "revocation_unavailable")

    def test_11_2_an_older_feed_does_not_bring_consents_back(self):
        provider = Provider()
        provider.feed("feed lists it")
        verifier = provider.verifier(revocation="feed")
        self.assertEqual(code(verifier, "valid"), "revoked")
        provider.feed("feed expired")
        provider.now += 60
        self.assertEqual(code(verifier, "valid"), "revoked")

    def test_fail_open_counts_what_nobody_judged(self):
        provider = Provider()
        verifier = provider.verifier(revocation="feed", fail_open=True)
        self.assertEqual(code(verifier, "valid"), "ok")
        self.assertEqual(verifier.unjudged, 1)


class Settings(unittest.TestCase):
    def test_settings_that_would_judge_nothing_are_refused(self):
        for wrong in (
            {"expected_dsis": []},
            {"expected_dsis": "dpp://tide_office@northbay.example/A"},
            {"expected_dsis": ["https://northbay.example"]},
            {"skew": 301},
            {"issuer": "https://consent.northbay.example/"},
            {"revocation": "sometimes"},
            {"revocation": "introspect"},
            {"require_id_token": True, "login_issuers": []},
            {"revocation": "verify", "login_issuers": []},
        ):
            with self.subTest(str(wrong)), self.assertRaises(ValueError):
                Provider().verifier(**wrong)


if __name__ == "__main__":
    unittest.main()
