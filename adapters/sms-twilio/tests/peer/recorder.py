"""Twilio's messages for tests: takes them, refuses the numbers that Twilio's own test numbers stand for, and shows
what it got.

An account is whoever signs in, its token what the test says it is: `token-of-` and the account's SID. The one line
written says where it listens; `GET /taken/<account>` is what an account sent, `POST /status/<sid>/<word>` says what
became of a message. The server ends with its standard input.
"""

import base64
import json
import re
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

TO = {
    "+15005550001": (21211, "The 'To' number {} is not a valid phone number."),
    "+15005550002": (21612, "The message to {} can't be routed."),
    "+15005550003": (21408, "Permission to send to {} has not been enabled."),
    "+15005550004": (21610, "{} has unsubscribed."),
    "+15005550009": (21614, "{} is not a mobile number."),
}
FROM = {
    "+15005550001": (21212, "The 'From' number {} is not a valid phone number."),
    "+15005550007": (21606, "The 'From' number {} is not yours."),
    "+15005550008": (21611, "This 'From' number {} has exceeded the maximum number of queued messages."),
}
DATE = "Thu, 24 Aug 2023 05:01:45 +0000"
MESSAGES = {}
LOCK = threading.Lock()


class Recorder(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, code, message):
        more = f"https://www.twilio.com/docs/errors/{code}"
        self.answer(status, {"code": code, "message": message, "more_info": more, "status": status})

    def is_let_in(self, account):
        expected = base64.b64encode(f"{account}:token-of-{account}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {expected}":
            return True
        self.refuse(401, 20003, "Authenticate")
        return False

    def do_POST(self):
        form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if control := re.fullmatch(r"/status/(\w+)/(\w+)", self.path):
            MESSAGES[control[1]]["status"] = control[2]
            return self.answer(200, {})
        account = self.path.split("/")[3]
        if not self.is_let_in(account):
            return
        form = dict(parse_qsl(form, keep_blank_values=True, strict_parsing=True))
        for numbers, number in ((TO, form["To"]), (FROM, form["From"])):
            if number in numbers:
                code, message = numbers[number]
                return self.refuse(400, code, message.format(number))
        self.answer(201, self.take(account, form))

    def take(self, account, form):
        sid = "SM" + uuid.uuid4().hex
        path = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
        message = {
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": form["Body"],
            "date_created": DATE,
            "date_sent": None,
            "date_updated": DATE,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form["From"],
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": form["To"],
            "uri": f"{path}.json",
        }
        with LOCK:
            MESSAGES[sid] = message
        return message

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path.startswith("/taken/"):
            return self.answer(200, of(url.path.removeprefix("/taken/")))
        account = url.path.split("/")[3]
        if not self.is_let_in(account):
            return
        if url.path.endswith("/Messages.json"):
            return self.list(account, url, int(dict(parse_qsl(url.query)).get("PageSize", 50)))
        message = MESSAGES.get(url.path.split("/")[-1].removesuffix(".json"))
        if message is None or message["account_sid"] != account:
            return self.refuse(404, 20404, "The requested resource was not found")
        self.answer(200, message)

    def list(self, account, url, size):
        messages, uri = of(account)[:size], f"https://api.twilio.com{url.path}"
        page = {"first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None, "uri": uri}
        page |= {"page": 0, "page_size": size, "start": 0, "end": max(len(messages) - 1, 0)}
        self.answer(200, page | {"messages": messages})


def of(account):
    with LOCK:
        return [message for message in MESSAGES.values() if message["account_sid"] == account]


server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"127.0.0.1:{server.server_address[1]}", flush=True)
sys.stdin.read()
