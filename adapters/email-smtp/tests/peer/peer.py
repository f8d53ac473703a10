"""A mail server for tests: takes mail, refuses as it is told to, and shows what it got.

Each client has an inbox of its own, named as it greets. The one line written says where the control port is; a
question there is one line of JSON, and so is its answer. The server ends with its standard input.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

import dkim
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LOGIN, PASSWORD = "acme", "correct horse"


class Inbox:
    def __init__(self):
        self.mails = []
        self.orders = []
        self.transports = []

    def order(self, place):
        """What to do at this place, if it was said; once."""
        if self.orders and self.orders[0]["at"] == place:
            return self.orders.pop(0)
        return None


INBOXES = {}


def inbox(name):
    return INBOXES.setdefault(name, Inbox())


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        inbox(hostname).transports.append(server.transport)
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        return await self.obey("MAIL", server, session) or self.sender(envelope, address, options)

    async def handle_RCPT(self, server, session, envelope, address, options):
        return await self.obey("RCPT", server, session) or self.recipient(envelope, address)

    async def handle_DATA(self, server, session, envelope):
        orders = inbox(session.host_name).orders
        if orders and orders[0].get("keep"):
            self.keep(server, session, envelope)
        answer = await self.obey("CONTENT", server, session)
        return answer or self.keep(server, session, envelope)

    def sender(self, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    def recipient(self, envelope, address):
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def keep(self, server, session, envelope):
        mails = inbox(session.host_name).mails
        encrypted = server.transport.get_extra_info("ssl_object") is not None or session.ssl is not None
        login = session.auth_data.login.decode() if session.authenticated else None
        mails.append({"raw": envelope.content, "tls": encrypted, "login": login, "envelope": envelope})
        return f"250 2.0.0 queued as {len(mails)}"

    async def obey(self, place, server, session):
        order = inbox(session.host_name).order(place)
        if order is None:
            return None
        if "wait" in order:
            await asyncio.sleep(order["wait"])
        if order.get("drop"):
            server.transport.abort()
            return "421 4.3.0 dropped"
        return order.get("say")


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (LOGIN.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=data if good else None)


def shown(mail):
    message = email.message_from_string(mail["raw"].decode(), policy=email.policy.default)
    content = lambda kind: message.get_body((kind,)).get_content()
    sender, recipient = message["from"].addresses[0], message["to"].addresses[0]
    return {
        "id": message["message-id"],
        "from": sender.addr_spec,
        "from_name": sender.display_name,
        "to": recipient.addr_spec,
        "subject": message["subject"],
        "text": content("plain"),
        "html": content("html"),
        "headers": [[name, str(value)] for name, value in message.items()],
        "defects": [str(defect) for defect in message.defects],
        "tls": mail["tls"],
        "login": mail["login"],
        "envelope": [mail["envelope"].mail_from, mail["envelope"].rcpt_tos],
    }


def verifies(inbox, name, record, change, **_):
    raw = INBOXES[inbox].mails[-1]["raw"].replace(*(part.encode() for part in change))
    published = lambda asked, timeout=5: record.encode() if asked == name.encode() else None
    try:
        return dkim.verify(raw, dnsfunc=published)
    except Exception:  # a key of another kind is met by more than one sort of exception
        return False


def answer(question, about):
    match question["ask"]:
        case "about":
            return about
        case "mails":
            return [shown(mail) for mail in inbox(question["inbox"]).mails]
        case "order":
            return inbox(question["inbox"]).orders.append(question["order"])
        case "hang up":
            for transport in inbox(question["inbox"]).transports:
                transport.abort()
            return None
        case "verify":
            return verifies(**question)


async def control(reader, writer, about):
    question = json.loads(await reader.readline())
    writer.write(json.dumps(answer(question, about)).encode() + b"\n")
    await writer.drain()
    writer.close()


async def say_nothing(reader, writer):
    await reader.read()
    writer.close()


async def hang_up(reader, writer):
    writer.transport.abort()


def smtp(**settings):
    return lambda: SMTP(Handler(), hostname="localhost", authenticator=authenticate, **settings)


async def main():
    loop = asyncio.get_running_loop()
    authority = trustme.CA()

    def encrypted(*names):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*names).configure_cert(context)
        return context

    ours, foreign = encrypted("localhost", "127.0.0.1"), encrypted("other.example")
    utf8, open_ = {"enable_SMTPUTF8": True}, {"auth_require_tls": False}
    servers = {
        "plain": await loop.create_server(smtp(**utf8, **open_), "127.0.0.1", 0),
        "starttls": await loop.create_server(smtp(tls_context=ours, **utf8), "127.0.0.1", 0),
        "implicit": await loop.create_server(smtp(**open_), "127.0.0.1", 0, ssl=ours),
        "locked": await loop.create_server(smtp(auth_required=True, **open_), "127.0.0.1", 0, ssl=ours),
        "foreign": await loop.create_server(smtp(tls_context=foreign), "127.0.0.1", 0),
        "mute": await asyncio.start_server(say_nothing, "127.0.0.1", 0),
        "dead": await asyncio.start_server(hang_up, "127.0.0.1", 0),
    }
    about = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
    about |= {"authority": authority.cert_pem.bytes().decode(), "login": LOGIN, "password": PASSWORD}
    answering = lambda reader, writer: control(reader, writer, about)
    server = await asyncio.start_server(answering, "127.0.0.1", 0)
    print(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
