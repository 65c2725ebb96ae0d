"""Asks the public library of Standard Webhooks whether it takes a message, with the clock at the moment that the message is of."""

import datetime
import json
import sys

import standardwebhooks.webhooks as library
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

question = json.load(sys.stdin)


class Clock(datetime.datetime):
    """The clock of the message."""

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(question["now"], tz)


library.datetime = Clock
try:
    Webhook(question["secret"]).verify(question["body"], question["headers"])
    verified = True
except WebhookVerificationError:
    verified = False
print(json.dumps({"verified": verified}))
