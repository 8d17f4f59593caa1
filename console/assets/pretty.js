// Lays a payload out to be read. Nothing of it changes but white space: numbers and escapes stay as they were sent.
"use strict";

// Deeper levels stay at this indent, so that a nest of brackets does not become a page of blanks.
const deepest = 32;

const prettyJson = (text) => {
  JSON.parse(text);
  const parts = [];
  let depth = 0;
  const newLine = () => parts.push("\n", "  ".repeat(Math.min(depth, deepest)));
  const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;
  let opened = false;
  for (const [piece] of text.matchAll(token)) {
    if (piece === "}" || piece === "]") {
      depth -= 1;
      if (!opened) newLine();
    } else if (opened) {
      newLine();
    }
    opened = piece === "{" || piece === "[";
    parts.push(piece);
    if (opened) depth += 1;
    else if (piece === ",") newLine();
    else if (piece === ":") parts.push(" ");
  }
  return parts.join("");
};

const prettyForm = (text) => {
  const decode = (part) => {
    try { return decodeURIComponent(part.replaceAll("+", " ")); } catch { return part; }
  };
  return text.split("&").map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? decode(pair) : `${decode(pair.slice(0, at))} = ${decode(pair.slice(at + 1))}`;
  }).join("\n");
};

const hexDump = (base64) => {
  const bytes = atob(base64);
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, 16384); at += 16) {
    const line = bytes.slice(at, at + 16);
    const hex = [...line].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${line.replace(/[^ -~]/g, ".")}`);
  }
  if (bytes.length > 16384) lines.push(`… ${bytes.length} bytes in all`);
  return lines.join("\n");
};

const pretty = (body, contentType) => {
  if (body.base64 !== undefined) return hexDump(body.base64);
  try {
    return prettyJson(body.text);
  } catch {
    return contentType.startsWith("application/x-www-form-urlencoded") ? prettyForm(body.text) : body.text;
  }
};
