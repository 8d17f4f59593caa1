// The page: the list, one request, the inbox, and what the keyboard does.
"use strict";

const most = 500;

/** The rows that are shown, by number: `{ delivery, tr, link }`. */
const rows = new Map();
let current = null;
let samples = [];

// The list

const matches = (delivery) => {
  if ($("verdict").value && $("verdict").value !== delivery.group) return false;
  if ($("type").value && $("type").value !== typeOf(delivery)) return false;
  const wanted = $("search").value.trim().toLowerCase();
  return !wanted || [
    typeOf(delivery), delivery.message_id, delivery.sender, delivery.verdict, delivery.method, delivery.path,
    String(delivery.status ?? ""), clock(delivery.at),
  ].some((text) => (text ?? "").toLowerCase().includes(wanted));
};

const makeRow = (delivery, isNew) => {
  const tr = element("tr", null, isNew ? "new" : "");
  const link = breakable(element("a", null, "clamp"), typeOf(delivery));
  link.href = `#${delivery.id}`;
  link.addEventListener("click", (event) => { event.preventDefault(); open(delivery.id, true); });
  const type = element("td", null, "type");
  type.append(link);
  const at = clock(delivery.at);
  const time = element("td", at.slice(0, 8), "time");
  time.append(element("span", at.slice(8), "millis"));
  if (delivery.from_console) type.append(element("span", "from this page", "faint small"));
  tr.append(
    time,
    type,
    element("td", delivery.sender, "wide"),
    breakable(element("td", null, `verdict ${tone[delivery.group]}`), mark[delivery.group] + delivery.verdict),
    element("td", delivery.status ?? "none", isFailure(delivery.status) ? "number bad" : "number"),
    element("td", duration(delivery.duration_us), "number wide"),
  );
  tr.addEventListener("click", (event) => { if (event.target !== link) open(delivery.id, false); });
  return { delivery, tr, link };
};

const add = (delivery, isNew) => {
  if (rows.has(delivery.id)) return;
  const row = makeRow(delivery, isNew);
  rows.set(delivery.id, row);
  // Almost always the newest; the others keep their place, and the focus with it.
  const older = [...$("rows").children].find((tr) => Number(tr.dataset.id) < delivery.id);
  row.tr.dataset.id = delivery.id;
  $("rows").insertBefore(row.tr, older ?? null);
  const name = typeOf(delivery);
  if (![...$("type").options].some((option) => option.value && option.value === name)) {
    $("type").append(new Option(name, name));
  }
  while (rows.size > most) {
    const oldest = Math.min(...rows.keys());
    rows.get(oldest).tr.remove();
    rows.delete(oldest);
  }
};

const filter = () => {
  let shown = 0;
  for (const { delivery, tr } of rows.values()) {
    tr.hidden = !matches(delivery);
    if (!tr.hidden) shown += 1;
    if (delivery.id === current) tr.setAttribute("aria-current", "true");
    else tr.removeAttribute("aria-current");
  }
  $("count").textContent = shown === rows.size ? `${rows.size} requests` : `${shown} of ${rows.size} requests`;
  $("empty").hidden = rows.size > 0;
  $("no-match").hidden = rows.size === 0 || shown > 0;
};

const load = async () => {
  const deliveries = await ask("api/deliveries");
  const kept = new Set(deliveries.map((delivery) => delivery.id));
  const newest = deliveries.length === 0 ? 0 : deliveries[0].id;
  for (const [id, { tr }] of rows) {
    // One that is newer than the list has come since it was asked for, unless all were cleared.
    if (!kept.has(id) && (id < newest || newest === 0)) { tr.remove(); rows.delete(id); }
  }
  for (const delivery of deliveries) add(delivery, false);
  filter();
};

const step = (by) => {
  const shown = [...$("rows").children].filter((tr) => !tr.hidden).map((tr) => Number(tr.dataset.id));
  if (shown.length === 0) return;
  const at = shown.indexOf(current);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1);
  open(shown[next], false);
  rows.get(shown[next]).link.focus();
};

// One request

const facts = (pairs) => {
  const list = element("dl");
  for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
  return list;
};

const block = (title, text) => {
  const heading = element("h3", title);
  const pre = element("pre", text);
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", title);
  return [heading, pre];
};

const button = (text, act) => {
  const made = element("button", text);
  made.type = "button";
  made.addEventListener("click", async () => {
    made.setAttribute("aria-busy", "true");
    await attempt(act);
    made.removeAttribute("aria-busy");
  });
  return made;
};

const replay = async (id, as) => {
  const { status } = await post(`api/deliveries/${id}/replay`, { as });
  say(`Replayed as ${as === "same" ? "the same" : "a new"} message: the response was ${status}.`, isFailure(status));
};

const actions = (id, isWhole) => {
  const bar = element("div", null, "actions");
  const back = button("Back to the list", () => close());
  back.classList.add("narrow");
  bar.append(back);
  if (isWhole) {
    bar.append(button("Replay as the same message", () => replay(id, "same")));
    if (canSign) bar.append(button("Replay as a new message", () => replay(id, "new")));
    const save = element("a", "Export", "button");
    save.href = `${base}api/deliveries/${id}/export`;
    save.download = `delivery-${id}.json`;
    save.title = "For tower-webhook explain. It has the request as it came, credentials included.";
    bar.append(save);
  }
  return bar;
};

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const why = (detail) => {
  const parts = [];
  if (detail.rejection) {
    const box = element("div", null, "rejection");
    box.append(element("strong", detail.group === "verified" ? "Not handled again" : "Rejected"), element("p", sentence(detail.rejection)));
    parts.push(box);
  }
  for (const cause of detail.group === "rejected" || detail.group === "other" ? detail.explanation?.causes ?? [] : []) {
    const box = element("div", null, "cause");
    box.append(element("strong", cause.cause), element("p", cause.proof), element("p", `What to do: ${cause.cure}`));
    parts.push(box);
  }
  if (detail.body.truncated) {
    parts.push(element("p", "Only the beginning of the body is here, so its signature cannot be checked.", "faint"));
  }
  return parts;
};

const show = (detail) => {
  const title = element("h2", `${typeOf(detail)} at ${clock(detail.at)}`);
  title.tabIndex = -1;
  const parts = [title, actions(detail.id, !detail.body.truncated), ...why(detail)];
  const verdict = element("span", mark[detail.group] + detail.verdict, tone[detail.group]);
  parts.push(facts([
    ["Verdict", ""],
    ["Message", detail.message_id ?? "not verified"],
    ["Sender", detail.sender],
    ["Request", `${detail.method} ${detail.path}`],
    ["Response", detail.status === null ? "none: the client hung up, or the handler failed"
      : `${detail.status} after ${duration(detail.duration_us)}`],
  ]));
  parts[parts.length - 1].querySelector("dd").append(verdict);
  const contentType = (detail.headers.find(([name]) => name === "content-type") ?? ["", ""])[1];
  const payload = pretty(detail.body, contentType);
  parts.push(...block(detail.body.truncated ? "Payload (its beginning)" : "Payload", payload || "(empty)"));
  if (detail.decrypted) parts.push(...block("Decrypted payload", detail.decrypted));
  if (detail.response_body) parts.push(...block("Response body", detail.response_body));
  parts.push(element("h3", "Headers"), facts(detail.headers));
  if (detail.explanation) {
    parts.push(element("h3", "Checks"), facts(detail.explanation.checks.map((check) =>
      [check.check, check.verdict + (check.detail ? `: ${check.detail}` : "")])));
  }
  $("detail").replaceChildren(...parts);
  $("detail").scrollTop = 0;
  return title;
};

/** Shows a request; with the focus moved to it, for whoever opened it to read it. */
const open = (id, moveFocus) => attempt(async () => {
  current = id;
  history.replaceState(null, "", `#${id}`);
  filter();
  const detail = await ask(`api/deliveries/${id}`);
  if (current !== id) return;
  const title = show(detail);
  if (!moveFocus) return;
  // At a narrow width there is room for one of the two.
  document.body.classList.add("reading");
  title.focus();
});

const close = () => {
  document.body.classList.remove("reading");
  (rows.get(current)?.link ?? $("search")).focus();
};

const follow = () => {
  const id = Number(location.hash.slice(1));
  if (Number.isInteger(id) && id > 0 && id !== current) open(id, true);
};

// The inbox and samples

const drawInbox = async () => {
  if (!$("inbox")) return;
  const { targets, dead } = await ask("api/inbox");
  $("targets").replaceChildren(...targets.map((target) => element("li",
    `${target.target} of ${target.endpoint}: ${target.waiting} waiting` +
    (target.oldest_waiting ? `, the oldest for ${target.oldest_waiting}` : "") + `, ${target.dead} dead`)));
  $("dead-count").textContent = dead.length === 0 ? "No dead letters" : `${dead.length} dead letters`;
  const known = $("dead").dataset.shown;
  const shown = JSON.stringify(dead);
  // An inbox that has not changed keeps the focus where it is.
  if (known === shown) return;
  $("dead").dataset.shown = shown;
  $("dead").replaceChildren(...dead.map((letter) => {
    const tr = element("tr");
    const message = element("td", letter.type ?? letter.id);
    if (letter.type) message.append(element("span", ` ${letter.id}`, "faint small"));
    const status = letter.last_status === null ? "" : `, last response ${letter.last_status}`;
    const act = element("td");
    const redrive = button("Redrive", async () => {
      await post("api/inbox/redrive", { id: letter.id });
      say(`Redriven: ${letter.id}.`);
      await drawInbox();
      $("inbox-title").focus();
    });
    redrive.setAttribute("aria-label", `Redrive ${letter.id}`);
    act.append(redrive);
    tr.append(message, element("td", letter.target),
      element("td", `${letter.reason} (${letter.attempts} attempts${status})`), act);
    return tr;
  }));
};

const fill = () => {
  const sample = samples.find(({ name }) => name === $("sample").value);
  $("body").value = sample ? sample.body : "{}";
};

// What happens

const listen = () => {
  const events = new EventSource(`${base}api/events`);
  const live = (text, className) => { $("live").textContent = text; $("live").className = `live ${className}`; };
  events.addEventListener("open", () => { live("live", "on"); attempt(load); });
  events.addEventListener("error", () => live("not connected", "off"));
  events.addEventListener("delivery", (event) => {
    add(JSON.parse(event.data), true);
    filter();
    attempt(drawInbox);
  });
  events.addEventListener("reload", () => attempt(load));
};

for (const [id, kind] of [["search", "input"], ["verdict", "change"], ["type", "change"]]) {
  $(id).addEventListener(kind, filter);
}
$("filter").addEventListener("submit", (event) => event.preventDefault());
$("clear").addEventListener("click", () => attempt(async () => {
  await post("api/clear", {});
  await load();
  $("type").replaceChildren(new Option("all", ""));
  filter();
  say("Cleared.");
}));
$("sample")?.addEventListener("change", fill);
$("send")?.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const { status } = await post("api/send", { sample: $("sample").value, body: $("body").value });
    say(`Sent: the response was ${status}.`, isFailure(status));
  });
});
window.addEventListener("hashchange", follow);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (isTyping) event.target.blur();
    else if (current !== null) close();
    return;
  }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/") { event.preventDefault(); close(); $("search").focus(); }
  else if (event.key === "r" && current !== null) attempt(() => replay(current, "same"));
  else if (event.key === "n" && current !== null && canSign) attempt(() => replay(current, "new"));
});

listen();
follow();
attempt(drawInbox);
// A worker changes the inbox without a delivery.
setInterval(() => { if (!document.hidden) attempt(drawInbox); }, 5000);
if ($("send")) attempt(async () => { samples = await ask("api/samples"); fill(); });
