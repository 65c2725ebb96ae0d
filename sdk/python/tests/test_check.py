"""The client of the check API."""

import json
import unittest

from consentry_verify import CheckClient, Environment, FetchError, Refused, Response, basic

BALANCE = {
    "subject": {"type": "user", "id": "ada"},
    "action": {"name": "read"},
    "resource": {"type": "scope", "id": "accounts:balance"},
}
PERMIT = {"decision": True, "context": {"reason_code": "consented", "max_age": 30}}


class Check(unittest.TestCase):
    def client(self, status=200, body=None):
        def fetch(request):
            self.request = request
            if body is None:
                raise FetchError("unreachable")
            return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())

        return CheckClient("https://id.northbay.example/", basic("bank", "a:b"), Environment(fetch))

    def test_a_question_and_its_answer(self):
        decision = self.client(body=PERMIT).evaluation(**BALANCE, context={"audience": "moneytrack"})
        self.assertEqual((bool(decision), decision.reason, decision.max_age), (True, "consented", 30))
        self.assertEqual(self.request.url, "https://id.northbay.example/access/v1/evaluation")
        self.assertEqual(self.request.headers["Authorization"], "Basic YmFuazphJTNBYg==")
        self.assertEqual(json.loads(self.request.body), {**BALANCE, "context": {"audience": "moneytrack"}})

    def test_several_questions_have_as_many_answers(self):
        client = self.client(body={"evaluations": [PERMIT, {"decision": False, "context": {"reason_code": "revoked"}}]})
        decisions = client.evaluations([{}, {"subject": {"type": "user", "id": "ben"}}], BALANCE)
        self.assertEqual([(one.allowed, one.reason) for one in decisions], [(True, "consented"), (False, "revoked")])
        with self.assertRaises(Refused):
            client.evaluations([{}, {}, {}], BALANCE)
        self.assertEqual(len(client.evaluations([{}, {}, {}], BALANCE, "deny_on_first_deny")), 2)
        self.assertEqual(json.loads(self.request.body)["options"], {"evaluations_semantic": "deny_on_first_deny"})

    def test_whatever_is_no_answer_is_no_permit(self):
        for status, body, code in (
            (200, {"decision": "true"}, "check_unavailable"),
            (200, {}, "check_unavailable"),
            (200, [], "check_unavailable"),
            (200, None, "check_unavailable"),
            (500, {}, "check_unavailable"),
            (429, {}, "check_unavailable"),
            (302, PERMIT, "check_unavailable"),
            (401, PERMIT, "check_refused"),
            (400, {}, "check_refused"),
        ):
            with self.subTest(f"{status} {body}"), self.assertRaises(Refused) as caught:
                self.client(status, body).evaluation(**BALANCE)
            self.assertEqual(str(caught.exception.code), code)


if __name__ == "__main__":
    unittest.main()
