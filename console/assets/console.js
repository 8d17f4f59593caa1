// What a sender wrote is only ever set as text, never as markup.
"use strict";

const base = new URL(".", document.currentScript.src).pathname;
const $ = (id) => document.getElementById(id);
const deliveries = new Map();
let inbox = [];
let current = null;

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const say = (text) => { $("status").textContent = text; };

const ask = async (path, options) => {
  const response = await fetch(base + path, options);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
};

const post = (path, content) => ask(path, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(content ?? {}),
});

const clock = (at) => new Date(at).toLocaleTimeString(undefined, { hour12: false }) + "." + at.slice(20, 23);

const duration = (micros) => micros < 1000 ? `${micros} µs` : `${(micros / 1000).toFixed(1)} ms`;

const matches = (row) => {
  const wanted = $("search").value.trim().toLowerCase();
  const verdict = $("verdict").value;
  if (verdict && (verdict === "verified") !== (row.verdict === "verified")) return false;
  if (!wanted) return true;
  return [row.type, row.message_id, row.sender, row.verdict, row.path, String(row.status)]
    .some((text) => (text ?? "").toLowerCase().includes(wanted));
};

const shown = () => [...deliveries.values()].sort((a, b) => b.id - a.id).filter(matches);

const row = (delivery, isNew) => {
  const tr = element("tr");
  tr.dataset.id = delivery.id;
  if (isNew) tr.classList.add("new");
  if (delivery.id === current) tr.setAttribute("aria-current", "true");
  tr.append(element("td", clock(delivery.at), "time"));
  const what = element("td");
  const link = element("a", delivery.type ?? "(no type)");
  link.href = `#${delivery.id}`;
  what.append(link);
  if (delivery.from_console) what.append(element("span", " from this page", "faint"));
  tr.append(what);
  tr.append(element("td", delivery.sender, "wide"));
  const isGood = delivery.verdict === "verified";
  tr.append(element("td", (isGood ? "✓ " : "✗ ") + delivery.verdict, isGood ? "good" : "bad"));
  tr.append(element("td", delivery.status ?? "–", "number"));
  tr.append(element("td", duration(delivery.duration_us), "number wide"));
  return tr;
};

const draw = (newId) => {
  const rows = shown();
  $("rows").replaceChildren(...rows.map((delivery) => row(delivery, delivery.id === newId)));
  $("count").textContent = `${rows.length} of ${deliveries.size} requests`;
  $("empty").hidden = deliveries.size > 0;
};

const facts = (pairs) => {
  const list = element("dl");
  for (const [name, value] of pairs) {
    list.append(element("dt", name), element("dd", value));
  }
  return list;
};

const pretty = (body) => {
  if (body.base64 !== undefined) return body.base64;
  try {
    // Only the layout changes: what was sent stands in the export.
    return JSON.stringify(JSON.parse(body.text), null, 2);
  } catch {
    return body.text;
  }
};

const button = (text, act) => {
  const made = element("button", text);
  made.type = "button";
  made.addEventListener("click", async () => {
    made.disabled = true;
    try { await act(); } catch (error) { say(error.message); } finally { made.disabled = false; }
  });
  return made;
};

const replay = (id, as) => button(
  as === "same" ? "Replay as the same message" : "Replay as a new message",
  async () => {
    const { status } = await post(`api/deliveries/${id}/replay`, { as });
    say(`Replayed: the handler's response was ${status}.`);
  },
);

const show = async (id) => {
  current = id;
  for (const tr of $("rows").children) {
    if (Number(tr.dataset.id) === id) tr.setAttribute("aria-current", "true");
    else tr.removeAttribute("aria-current");
  }
  const detail = await ask(`api/deliveries/${id}`);
  const parts = [];
  parts.push(element("h2", `${detail.type ?? "(no type)"} at ${clock(detail.at)}`));
  const actions = element("div", null, "actions");
  actions.append(replay(id, "same"), replay(id, "new"));
  const save = element("a", "Export");
  save.href = `${base}api/deliveries/${id}/export`;
  save.download = `delivery-${id}.json`;
  actions.append(save);
  parts.push(actions);
  for (const cause of detail.explanation.causes) {
    const box = element("div", null, "cause");
    box.append(element("strong", cause.cause), element("p", cause.proof), element("p", cause.cure));
    parts.push(box);
  }
  parts.push(facts([
    ["verdict", detail.verdict],
    ["message id", detail.message_id ?? "–"],
    ["sender", detail.sender],
    ["request", `${detail.method} ${detail.path}`],
    ["response", detail.status === null ? "–" : `${detail.status} in ${duration(detail.duration_us)}`],
  ]));
  parts.push(element("h3", detail.body.truncated ? "Payload (its beginning)" : "Payload"));
  const payload = element("pre", pretty(detail.body));
  payload.tabIndex = 0;
  payload.setAttribute("aria-label", "Payload");
  payload.setAttribute("role", "region");
  parts.push(payload);
  if (detail.decrypted) {
    parts.push(element("h3", "Decrypted"));
    const decrypted = element("pre", detail.decrypted);
    decrypted.tabIndex = 0;
    decrypted.setAttribute("aria-label", "Decrypted payload");
    decrypted.setAttribute("role", "region");
    parts.push(decrypted);
  }
  parts.push(element("h3", "Headers"), facts(detail.headers));
  parts.push(element("h3", "Checks"));
  parts.push(facts(detail.explanation.checks.map((check) => [
    check.check,
    check.verdict + (check.detail ? `: ${check.detail}` : ""),
  ])));
  if (detail.response_body) {
    parts.push(element("h3", "Response body"));
    const body = element("pre", detail.response_body);
    body.tabIndex = 0;
    body.setAttribute("aria-label", "Response body");
    body.setAttribute("role", "region");
    parts.push(body);
  }
  $("detail").replaceChildren(...parts);
};

const follow = async () => {
  const id = Number(location.hash.slice(1));
  if (!id) return;
  try { await show(id); } catch (error) { say(error.message); }
};

const step = (by) => {
  const rows = shown();
  if (rows.length === 0) return;
  const at = rows.findIndex((delivery) => delivery.id === current);
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  location.hash = `#${next.id}`;
  $("rows").querySelector(`[data-id="${next.id}"] a`)?.focus();
};

const drawInbox = async () => {
  if (!$("inbox")) return;
  const { stats, dead } = await ask("api/inbox");
  inbox = dead;
  $("inbox-stats").textContent = `${stats.waiting} waiting, ${stats.dead} dead`;
  $("dead").replaceChildren(...inbox.map((letter) => {
    const tr = element("tr");
    tr.append(element("td", letter.id), element("td", letter.target), element("td", letter.reason));
    tr.append(element("td", letter.last_status ?? "–", "number"));
    const act = element("td");
    act.append(button("Redrive", async () => {
      await post("api/inbox/redrive", { id: letter.id });
      say(`Redriven: ${letter.id}.`);
      await drawInbox();
    }));
    tr.append(act);
    return tr;
  }));
};

const load = async () => {
  deliveries.clear();
  for (const delivery of await ask("api/deliveries")) deliveries.set(delivery.id, delivery);
  draw();
};

const listen = () => {
  const events = new EventSource(base + "api/events");
  const live = $("live");
  events.addEventListener("open", () => { live.textContent = "live"; live.className = "live on"; load(); });
  events.addEventListener("error", () => { live.textContent = "not connected"; live.className = "live off"; });
  events.addEventListener("delivery", (event) => {
    const delivery = JSON.parse(event.data);
    deliveries.set(delivery.id, delivery);
    while (deliveries.size > 500) deliveries.delete(Math.min(...deliveries.keys()));
    draw(delivery.id);
    drawInbox().catch((error) => say(error.message));
  });
  events.addEventListener("reload", load);
};

$("search").addEventListener("input", () => draw());
$("verdict").addEventListener("change", () => draw());
$("filter").addEventListener("submit", (event) => event.preventDefault());
$("clear").addEventListener("click", async () => { await post("api/clear"); await load(); say("Cleared."); });
$("send")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { status } = await post("api/send", { sample: $("sample").value });
    say(`Sent: the handler's response was ${status}.`);
  } catch (error) {
    say(error.message);
  }
});
window.addEventListener("hashchange", follow);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && isTyping) event.target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/") { event.preventDefault(); $("search").focus(); }
});

listen();
follow();
drawInbox().catch((error) => say(error.message));
