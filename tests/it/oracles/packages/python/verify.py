"""Verifies requests with one of the packages: a line of JSON with many requests in, a line with as many verdicts out.

A verdict is null, or the class of the error that refuses the request.
"""

import importlib
import json
import sys
from base64 import b64decode

Webhook = importlib.import_module(sys.argv[1]).Webhook
# Bodies are any bytes here, and svix does not parse them.
options = {"json_parse": False} if sys.argv[1] == "standardwebhooks" else {}


def headers_of(request):
    """As WSGI and ASGI servers hand them over: Latin-1, and several lines of one name joined."""
    headers = {}
    for name, value in request["headers"]:
        line = b64decode(value).decode("latin-1")
        headers[name] = f"{headers[name]}, {line}" if name in headers else line
    return headers


def verdict_on(request):
    body, headers = b64decode(request["body"]), headers_of(request)
    for secret in request["secrets"]:
        try:
            Webhook(secret).verify(body, headers, **options)
            return None
        except Exception as error:
            refusal = type(error).__qualname__
    return refusal


for line in sys.stdin:
    print(json.dumps([verdict_on(request) for request in json.loads(line)]), flush=True)
