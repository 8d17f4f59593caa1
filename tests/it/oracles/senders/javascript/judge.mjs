// The senders' own SDKs: a line of JSON with many questions in, a line with as many responses out.
//
// A question is {sender, secret, url, headers, body} to verify, whose response is null, or the class of the error that
// rejects the request ("false" if the SDK gives no reason). With `timestamp` it is one to sign, whose response is
// {headers, body}, or null if the SDK does not sign.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { sign as signGitHub, verify as verifyGitHub } from "@octokit/webhooks-methods";
import { validateSignature as verifyLine } from "@line/bot-sdk";

const require = createRequire(`${process.cwd()}/`);
const stripe = require("stripe");
const { verifySlackRequest } = require("@slack/bolt");
const twilio = require("twilio");
const { EventWebhook } = require("@sendgrid/eventwebhook");
const { hmacValidator: HmacValidator } = require("@adyen/api-library");
const { Paddle, Environment } = require("@paddle/paddle-node-sdk");
const { WebhooksHelper } = require("square");
const { verifyKey } = require("discord-interactions");
const { Signature: HubSpot } = require("@hubspot/api-client");
const { OpenAI } = require("openai");
require("@shopify/shopify-api/adapters/node");
const { shopifyApi, ApiVersion, LogSeverity } = require("@shopify/shopify-api");

const adyen = new HmacValidator();
const paddle = new Paddle("key", { environment: Environment.sandbox });
const openai = new OpenAI({ apiKey: "key" });
const sendgrid = new EventWebhook();
const shopify = (secret) =>
  shopifyApi({
    apiKey: "key",
    apiSecretKey: secret,
    apiVersion: Object.values(ApiVersion)[0],
    hostName: "example.com",
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error, log: () => {} },
  });

// As the frameworks hand a form over.
function fieldsOf(text) {
  const fields = {};
  for (const [name, value] of new URLSearchParams(text)) {
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  }
  return fields;
}

const itemsOf = (text) => JSON.parse(text).notificationItems.map((item) => item.NotificationRequestItem);

// Each returns whether the request is genuine, or throws.
const verifiers = {
  stripe: ({ body, headers, secret }) =>
    stripe.webhooks.signature.verifyHeader(body, headers["stripe-signature"], secret),
  github: ({ text, headers, secret }) => verifyGitHub(secret, text, headers["x-hub-signature-256"]),
  slack: ({ text, headers, secret }) => {
    verifySlackRequest({ signingSecret: secret, body: text, headers });
    return true;
  },
  shopify: async ({ text, headers, secret }) => {
    // Those which its router wants, and which are not signed.
    const others = {
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": "shop.myshopify.com",
      "x-shopify-api-version": "2025-01",
      "x-shopify-webhook-id": "1",
    };
    const rawRequest = { method: "POST", url: "/", headers: { ...others, ...headers } };
    const verdict = await shopify(secret).webhooks.validate({ rawBody: text, rawRequest });
    return verdict.valid;
  },
  twilio: ({ text, headers, secret, url }) =>
    twilio.validateRequest(secret, headers["x-twilio-signature"], url, fieldsOf(text)),
  "twilio-json": ({ text, headers, secret, url }) =>
    twilio.validateRequestWithBody(secret, headers["x-twilio-signature"], url, text),
  sendgrid: ({ body, headers, secret }) =>
    sendgrid.verifySignature(
      sendgrid.convertPublicKeyToECDSA(secret),
      body,
      headers["x-twilio-email-event-webhook-signature"],
      headers["x-twilio-email-event-webhook-timestamp"],
    ),
  adyen: ({ text, secret }) => itemsOf(text).every((item) => adyen.validateHMAC(item, secret)),
  "adyen-platform": ({ text, headers, secret }) =>
    adyen.validateHMACSignature(secret, headers["hmacsignature"], text),
  paddle: ({ text, headers, secret }) =>
    paddle.webhooks.isSignatureValid(text, secret, headers["paddle-signature"]),
  square: ({ text, headers, secret, url }) =>
    WebhooksHelper.verifySignature({
      requestBody: text,
      signatureHeader: headers["x-square-hmacsha256-signature"],
      signatureKey: secret,
      notificationUrl: url,
    }),
  line: ({ body, headers, secret }) => verifyLine(body, secret, headers["x-line-signature"]),
  discord: ({ body, headers, secret }) =>
    verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], secret),
  "hubspot-v3": ({ text, headers, secret, url }) =>
    HubSpot.isValid({
      signatureVersion: "v3",
      method: "POST",
      clientSecret: secret,
      requestBody: text,
      url,
      signature: headers["x-hubspot-signature-v3"],
      timestamp: headers["x-hubspot-request-timestamp"],
    }),
  openai: async ({ text, headers, secret }) => {
    await openai.webhooks.verifySignature(text, headers, secret);
    return true;
  },
};

// Those of the SDKs that sign, for the tests of their users.
const signers = {
  stripe: ({ text, secret, timestamp }) => ({
    headers: {
      "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload: text, secret, timestamp }),
    },
  }),
  github: async ({ text, secret }) => ({
    headers: { "x-hub-signature-256": await signGitHub(secret, text) },
  }),
  twilio: ({ text, secret, url }) => ({
    headers: { "x-twilio-signature": twilio.getExpectedTwilioSignature(secret, url, fieldsOf(text)) },
  }),
  adyen: ({ text, secret }) => {
    const notification = JSON.parse(text);
    for (const { NotificationRequestItem: item } of notification.notificationItems) {
      item.additionalData = { hmacSignature: adyen.calculateHmac(item, secret) };
    }
    return { headers: {}, body: JSON.stringify(notification) };
  },
  "adyen-platform": ({ text, secret }) => ({
    headers: { hmacsignature: adyen.calculateHmac(text, secret) },
  }),
  "hubspot-v3": ({ text, secret, url, timestamp }) => ({
    headers: {
      "x-hubspot-request-timestamp": String(timestamp * 1000),
      "x-hubspot-signature-v3": HubSpot.getSignature("POST", "v3", {
        clientSecret: secret,
        requestBody: text,
        url,
        timestamp: timestamp * 1000,
      }),
    },
  }),
};

// As Node's own server hands them over: Latin-1, and several lines of one name joined.
function headersOf(lines) {
  const headers = {};
  for (const [name, value] of lines) {
    const line = Buffer.from(value, "base64").toString("latin1");
    headers[name] = name in headers ? `${headers[name]}, ${line}` : line;
  }
  return headers;
}

async function respond(question) {
  const body = Buffer.from(question.body, "base64");
  const given = { ...question, body, text: body.toString(), headers: headersOf(question.headers) };
  if ("timestamp" in question) {
    const signed = await signers[question.sender]?.(given);
    return signed ?? null;
  }
  try {
    return (await verifiers[question.sender](given)) ? null : "false";
  } catch (error) {
    return error.constructor.name;
  }
}

// What an SDK prints is nobody's response.
console.log = console.info = console.warn = console.error = () => {};
for await (const line of createInterface({ input: process.stdin })) {
  const responses = [];
  for (const question of JSON.parse(line)) {
    responses.push(await respond(question));
  }
  process.stdout.write(`${JSON.stringify(responses)}\n`);
}
