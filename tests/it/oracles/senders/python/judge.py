"""The senders' own SDKs: a line of JSON with many questions in, a line with as many responses out.

A question is {sender, secret, url, headers, body} to verify, whose response is null, or the class of the error that rejects
the request ("false" if the SDK gives no reason). With `timestamp` it is one to sign, whose response is {headers, body}, or
null if the SDK does not sign.
"""

import json
import logging
import os
import sys
from base64 import b64decode
from types import SimpleNamespace
from urllib.parse import parse_qsl

import discord_interactions
import stripe
from Adyen import util as adyen
from hubspot.utils.signature import Signature as HubSpot
from linebot.v3.webhook import SignatureValidator
from openai import OpenAI
from paddle_billing.Notifications import Secret, Verifier
from sendgrid.helpers.eventwebhook import EventWebhook
from slack_sdk.signature import SignatureVerifier
from square.utils.webhooks_helper import verify_signature as verify_square
from twilio.request_validator import RequestValidator

openai = OpenAI(api_key="key")


class Fields(dict):
    """A form as the frameworks hand it over."""

    def __init__(self, text):
        super().__init__()
        for name, value in parse_qsl(text, keep_blank_values=True):
            self.setdefault(name, []).append(value)

    def getlist(self, name):
        return self[name]


def items(text):
    return [item["NotificationRequestItem"] for item in json.loads(text)["notificationItems"]]


def verify_openai(q):
    openai.webhooks.verify_signature(q.body, q.headers, secret=q.secret)
    return True


def verify_paddle(q):
    headers = {"Paddle-Signature": q.headers.get("paddle-signature")}
    return Verifier().verify(SimpleNamespace(headers=headers, body=q.body), Secret(q.secret))


# Each returns whether the request is genuine, or raises.
VERIFIERS = {
    "stripe": lambda q: stripe.WebhookSignature.verify_header(
        q.body, q.headers.get("stripe-signature"), q.secret, stripe.Webhook.DEFAULT_TOLERANCE
    ),
    "slack": lambda q: SignatureVerifier(q.secret).is_valid_request(q.body, q.headers),
    "twilio": lambda q: RequestValidator(q.secret).validate(
        q.url, Fields(q.text), q.headers["x-twilio-signature"]
    ),
    "twilio-json": lambda q: RequestValidator(q.secret).validate(
        q.url, q.text, q.headers["x-twilio-signature"]
    ),
    "sendgrid": lambda q: EventWebhook(q.secret).verify_signature(
        q.text,
        q.headers["x-twilio-email-event-webhook-signature"],
        q.headers["x-twilio-email-event-webhook-timestamp"],
    ),
    "adyen": lambda q: all(adyen.is_valid_hmac_notification(item, q.secret) for item in items(q.text)),
    "adyen-platform": lambda q: adyen.is_valid_hmac_payload(q.headers["hmacsignature"], q.secret, q.body),
    "paddle": verify_paddle,
    "square": lambda q: verify_square(
        request_body=q.text,
        signature_header=q.headers["x-square-hmacsha256-signature"],
        signature_key=q.secret,
        notification_url=q.url,
    ),
    "line": lambda q: SignatureValidator(q.secret).validate(q.text, q.headers["x-line-signature"]),
    "discord": lambda q: discord_interactions.verify_key(
        q.body, q.headers["x-signature-ed25519"], q.headers["x-signature-timestamp"], q.secret
    ),
    "hubspot-v3": lambda q: HubSpot.is_valid(
        signature=q.headers["x-hubspot-signature-v3"],
        client_secret=q.secret,
        request_body=q.text,
        http_uri=q.url,
        http_method="POST",
        signature_version="v3",
        timestamp=q.headers["x-hubspot-request-timestamp"],
    ),
    "openai": verify_openai,
}


def sign_adyen(q):
    notification = json.loads(q.text)
    for item in notification["notificationItems"]:
        item = item["NotificationRequestItem"]
        signature = adyen.generate_notification_sig(item, q.secret).decode()
        item["additionalData"] = {"hmacSignature": signature}
    return {"headers": {}, "body": json.dumps(notification)}


def sign_slack(q):
    signature = SignatureVerifier(q.secret).generate_signature(timestamp=str(q.timestamp), body=q.body)
    return {"headers": {"x-slack-request-timestamp": str(q.timestamp), "x-slack-signature": signature}}


def sign_hubspot(q):
    timestamp = str(q.timestamp * 1000)
    signature = HubSpot.get_signature(q.secret, q.text, "v3", q.url, "POST", timestamp)
    return {"headers": {"x-hubspot-request-timestamp": timestamp, "x-hubspot-signature-v3": signature}}


# Those of the SDKs that sign, for the tests of their users.
SIGNERS = {
    "stripe": lambda q: {
        "headers": {
            "stripe-signature": stripe.WebhookSignature.generate_signature_header(q.text, q.secret, q.timestamp)
        }
    },
    "slack": sign_slack,
    "twilio": lambda q: {
        "headers": {"x-twilio-signature": RequestValidator(q.secret).compute_signature(q.url, Fields(q.text))}
    },
    "adyen": sign_adyen,
    "adyen-platform": lambda q: {
        "headers": {"hmacsignature": adyen.generate_payload_sig(q.body, q.secret).decode()}
    },
    "hubspot-v3": sign_hubspot,
}


def headers_of(lines):
    """As WSGI and ASGI servers hand them over: Latin-1, and several lines of one name joined."""
    headers = {}
    for name, value in lines:
        line = b64decode(value).decode("latin-1")
        headers[name] = f"{headers[name]}, {line}" if name in headers else line
    return headers


class Question(SimpleNamespace):
    @property
    def text(self):
        return self.body.decode()


def response_to(question):
    question["body"] = b64decode(question["body"])
    question["headers"] = headers_of(question["headers"])
    q = Question(**question)
    if "timestamp" in question:
        return SIGNERS[q.sender](q) if q.sender in SIGNERS else None
    try:
        return None if VERIFIERS[q.sender](q) else "false"
    except Exception as error:
        return type(error).__qualname__


# What an SDK prints is nobody's response.
responses = os.fdopen(os.dup(sys.stdout.fileno()), "w")
sys.stdout = sys.stderr = open(os.devnull, "w")
logging.disable(logging.CRITICAL)
for line in sys.stdin:
    print(json.dumps([response_to(question) for question in json.loads(line)]), file=responses, flush=True)
