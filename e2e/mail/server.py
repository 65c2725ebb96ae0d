"""A mail server for tests: aiosmtpd as it is published, with STARTTLS and a login, that says on its output what it took.

Reads one line of JSON on its input: `certificate` and `key` (files), `user`, `password`, `port` (0 takes a free one). Prints one line of
JSON when it listens, and one for each mail that it took, read by Python's own library.

Mailboxes whose names begin with `gone` are refused for good, those with `full` for now; of those with `lost` the server takes the mail and
breaks the connection instead of saying so.
"""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


# Clients that break off are what the tests are about.
logging.disable()
warnings.simplefilter("ignore")


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return f"550 5.1.1 no such mailbox {address}"
        if address.startswith("full"):
            return f"452 4.2.2 mailbox {address} is full"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: message.get_body((kind,))
        say(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "is_encrypted": session.ssl is not None,
                "user": session.auth_data.login.decode() if session.auth_data else None,
                "headers": [[name, str(value)] for name, value in message.items()],
                "defects": [str(defect) for defect in message.defects],
                "from_name": message["from"].addresses[0].display_name,
                "plain": part("plain").get_content() if part("plain") else None,
                "html": part("html").get_content() if part("html") else None,
            }
        )
        if any(address.startswith("lost") for address in envelope.rcpt_tos):
            server.transport.abort()
            await asyncio.sleep(3600)
        return "250 2.0.0 taken"


async def main():
    wish = json.loads(sys.stdin.readline())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(wish["certificate"], wish["key"])

    def login(server, session, envelope, mechanism, data):
        is_right = (
            isinstance(data, LoginPassword)
            and data.login.decode() == wish["user"]
            and data.password.decode() == wish["password"]
        )
        return AuthResult(success=is_right, handled=True, auth_data=data) if is_right else AuthResult(success=False, handled=False)

    def connection():
        return SMTP(
            Handler(),
            hostname="localhost",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=login,
            enable_SMTPUTF8=wish.get("utf8", True),
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", wish["port"])
    say({"port": server.sockets[0].getsockname()[1]})
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
