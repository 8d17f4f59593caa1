// Verifies requests with one of the packages: a line of JSON with many requests in, a line with as many verdicts out.
//
// A verdict is null, or the class of the error that refuses the request.

import { createInterface } from "node:readline";

const { Webhook } = await import(process.argv[1]);
// Bodies are any bytes here, and svix does not parse them.
const options = { jsonParse: false };

// As Node's own server hands them over: Latin-1, and several lines of one name joined.
function headersOf(request) {
  const headers = {};
  for (const [name, value] of request.headers) {
    const line = Buffer.from(value, "base64").toString("latin1");
    headers[name] = name in headers ? `${headers[name]}, ${line}` : line;
  }
  return headers;
}

function verdictOn(request) {
  const body = Buffer.from(request.body, "base64");
  const headers = headersOf(request);
  let refusal;
  for (const secret of request.secrets) {
    try {
      new Webhook(secret).verify(body, headers, options);
      return null;
    } catch (error) {
      refusal = error.constructor.name;
    }
  }
  return refusal;
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(JSON.parse(line).map(verdictOn)));
}
