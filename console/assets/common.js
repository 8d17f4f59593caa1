// What the page's parts share. What a sender wrote is only ever set as text, never as markup.
"use strict";

const base = `${document.body.dataset.base}/`;
const canSign = document.body.dataset.canSign === "true";
const $ = (id) => document.getElementById(id);

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
};

/** A name that breaks behind its dots and underscores, if it has to. */
const breakable = (made, text) => {
  for (const part of text.split(/(?<=[._])/)) made.append(part, document.createElement("wbr"));
  return made;
};

let clearing;
const say = (text, isBad) => {
  $("status").textContent = text;
  $("status").className = isBad ? "bad" : "";
  clearTimeout(clearing);
  clearing = setTimeout(() => { $("status").textContent = ""; }, 10000);
};

/** Does something, and says why where it fails. */
const attempt = async (act) => {
  try { await act(); } catch (error) { say(error.message, true); }
};

const ask = async (path, options) => {
  const response = await fetch(base + path, options);
  if (!response.ok) throw new Error(`${await response.text() || response.statusText} (${response.status})`);
  return response.json();
};

const post = (path, content) => ask(path, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(content),
});

const clock = (at) => {
  const time = new Date(at);
  const pad = (number, digits) => String(number).padStart(digits, "0");
  return `${pad(time.getHours(), 2)}:${pad(time.getMinutes(), 2)}:${pad(time.getSeconds(), 2)}.${pad(time.getMilliseconds(), 3)}`;
};

const duration = (micros) => micros < 1000 ? `${micros} µs`
  : micros < 1e6 ? `${(micros / 1000).toFixed(1)} ms` : `${(micros / 1e6).toFixed(1)} s`;

const mark = { verified: "✓ ", rejected: "✗ ", other: "– " };
const tone = { verified: "good", rejected: "bad", other: "faint" };
const isFailure = (status) => status === null || status >= 400;
const typeOf = (delivery) => delivery.type ?? "(no type)";
