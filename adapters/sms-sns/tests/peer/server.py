"""moto's server, with one thing mended: it checks a signature against the form as it would write it, and so takes only
what is written its way. Here the signature is checked against the bytes that came.

The argument is the port.
"""

import io
import sys

import flask
from moto.iam.access_control import IAMRequestBase
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

BODY = "saaskit.body"


class KeepsBodies:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        environ[BODY] = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(environ[BODY])
        return self.app(environ, start_response)


made_of_a_form = IAMRequestBase._create_aws_request


def made_of_what_came(self):
    self._body = flask.request.environ[BODY]
    return made_of_a_form(self)


IAMRequestBase._create_aws_request = made_of_what_came
app = KeepsBodies(DomainDispatcherApplication(create_backend_app))
run_simple("127.0.0.1", int(sys.argv[1]), app, threaded=True)
