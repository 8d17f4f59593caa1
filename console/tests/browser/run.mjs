// The page in Chromium: `node run.mjs ORIGIN SECRET PICTURES`, with `playwright-core` and `axe-core` in NODE_MODULES.
// Each check prints a line; the first one that fails ends it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [, , origin, secret, pictures] = process.argv;
const require = createRequire(join(process.env.NODE_MODULES, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const key = Buffer.from(secret.slice("whsec_".length), "base64");
let count = 0;

/** Signs as a sender does, and sends what `change` makes of it. */
const deliver = async (body, change = (request) => request, path = "/webhooks") => {
  const id = `msg_browser_${count += 1}`;
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  const headers = { "svix-id": id, "svix-timestamp": `${at}`, "svix-signature": `v1,${mac}`, "content-type": "application/json" };
  const request = change({ method: "POST", headers, body });
  const { status } = await fetch(origin + path, request);
  return { id, status };
};

const handled = async () => (await fetch(`${origin}/handled`)).json();
const pass = (name) => console.log(`passed: ${name}`);

const profile = mkdtempSync(join(tmpdir(), "tower-webhook-console-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
  viewport: { width: 1440, height: 900 },
});
const problems = [];
const watch = (page) => {
  page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") problems.push(message.text()); });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => { problems.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`a request to ${request.url()}`);
  });
};

const detailOf = async (page, type) => {
  await page.locator("#rows tr:not([hidden]) a", { hasText: type }).first().click();
  await page.locator("#detail h2", { hasText: type }).waitFor();
};
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  return at.id || at.textContent.trim().slice(0, 60);
});
/** Presses Tab until something is focused, as one does without a mouse. */
const tabTo = async (page, wanted) => {
  for (let presses = 0; presses < 200; presses += 1) {
    if (await focused(page) === wanted) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reaches ${wanted}`);
};
/** Shows each row as at the moment that it arrives, however fast this machine is. */
const holdArrivals = (page) => page.evaluate(() => {
  for (const tr of document.querySelectorAll("#rows tr")) {
    tr.className = "";
    void tr.offsetWidth;
    tr.className = "new";
  }
  const held = document.getAnimations();
  for (const animation of held) { animation.pause(); animation.currentTime = 0; }
  return held.length;
});
const noneSerious = async (page, where) => {
  const held = await holdArrivals(page);
  assert.equal(held > 0, await page.locator("#list").isVisible(), "an arriving row is marked");
  // The page's own policy keeps scripts of others out, also this one: it goes in by the debugger.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(told, [], `axe finds something serious ${where}`);
};

try {
  const page = context.pages()[0] ?? await context.newPage();
  watch(page);
  await page.goto(`${origin}/console`);
  await page.locator("#live.on").waitFor();

  const started = Date.now();
  const first = await deliver('{"type":"order.paid","total":1.50,"big":12345678901234567890,"items":[{"sku":"a"},{}],"none":[]}');
  assert.equal(first.status, 200);
  await page.locator("#rows a", { hasText: "order.paid" }).waitFor({ timeout: 1000 });
  assert.ok(Date.now() - started < 1000);
  pass("a delivery appears within a second");

  await detailOf(page, "order.paid");
  const payload = await page.locator("#detail pre").first().textContent();
  assert.equal(payload, '{\n  "type": "order.paid",\n  "total": 1.50,\n  "big": 12345678901234567890,\n  "items": [\n    {\n      "sku": "a"\n    },\n    {}\n  ],\n  "none": []\n}');
  pass("a payload is laid out and nothing else of it changes");

  const forged = await deliver('{"type": "order.changed", "a": 1}', (request) => ({ ...request, body: '{"type":"order.changed","a":1}' }));
  assert.ok(forged.status >= 400);
  await detailOf(page, "order.changed");
  const cause = await page.locator("#detail .cause").first().textContent();
  assert.match(cause, /^body_/);
  assert.match(cause, /What to do: ./);
  assert.match(await page.locator("#detail .rejection").textContent(), /Rejected./);
  pass("a rejected one shows its cause");

  await detailOf(page, "order.paid");
  await page.getByRole("button", { name: "Replay as the same message" }).click();
  await page.locator("#status", { hasText: "Replayed as the same message: the response was 200" }).waitFor();
  assert.equal((await handled()).filter((id) => id === first.id).length, 2);
  await page.getByRole("button", { name: "Replay as a new message" }).click();
  await page.locator("#status", { hasText: "Replayed as a new message: the response was 200" }).waitFor();
  assert.equal((await handled()).length, 3);
  pass("replay reaches the handler, as the same and as a new message");

  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a>';
  await deliver(JSON.stringify({ type: `${evil}`, text: evil }));
  await deliver("{}", (request) => ({ ...request, headers: { ...request.headers, "x-evil": "<script>alert(4)</script>" } }));
  await page.locator("#rows a", { hasText: "<img src=x" }).first().click();
  await page.locator("#detail h2", { hasText: "<script>alert(2)</script>" }).waitFor();
  assert.ok((await page.locator("#detail pre").first().textContent()).includes("<script>alert(2)</script>"));
  await page.locator("#rows a", { hasText: "(no type)" }).first().click();
  await page.locator("#detail dd", { hasText: "<script>alert(4)</script>" }).waitFor();
  assert.equal(await page.locator("main img, main script, #detail a[href^=javascript]").count(), 0);
  pass("a payload with HTML and script is shown as text");

  await page.locator("#search").fill("order.paid");
  assert.equal(await page.locator("#rows tr:not([hidden])").count(), 3);
  await page.locator("#search").fill("no such thing");
  await page.locator("#no-match").waitFor();
  await page.locator("#search").fill("");
  await page.locator("#verdict").selectOption("rejected");
  assert.equal(await page.locator("#rows tr:not([hidden])").count(), 1);
  await page.locator("#verdict").selectOption("");
  await page.locator("#type").selectOption("order.changed");
  assert.equal(await page.locator("#rows tr:not([hidden])").count(), 1);
  await page.locator("#type").selectOption("");
  pass("the list is searched and filtered");

  await page.locator("#dead td", { hasText: "msg_dead" }).first().waitFor({ timeout: 10000 });
  await page.getByRole("button", { name: "Redrive msg_dead" }).click();
  await page.locator("#dead-count", { hasText: "No dead letters" }).waitFor({ timeout: 10000 });
  pass("a dead letter is redriven");

  // From here on without a mouse.
  await page.goto(`${origin}/console`);
  await page.locator("#live.on").waitFor();
  await page.locator("#rows tr").first().waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the requests");
  await page.keyboard.press("/");
  assert.equal(await focused(page), "search");
  await page.keyboard.type("order.paid");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  assert.equal(await page.locator("#rows tr[aria-current]").count(), 1);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.tagName === "H2");
  const before = (await handled()).length;
  await page.keyboard.press("n");
  await page.locator("#status", { hasText: "Replayed as a new message" }).waitFor();
  await page.keyboard.press("r");
  await page.locator("#status", { hasText: "Replayed as the same message" }).waitFor();
  assert.equal((await handled()).length, before + 2);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2");
  await tabTo(page, "Replay as a new message");
  await page.keyboard.press("Enter");
  await page.locator("#status", { hasText: "Replayed as a new message" }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "order.paid");
  // A new row does not take the focus away.
  await deliver('{"type":"order.late"}');
  await page.locator("#rows a", { hasText: "order.late" }).waitFor({ state: "attached" });
  assert.equal(await focused(page), "order.paid");
  await tabTo(page, "sample");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Send");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "body");
  await page.keyboard.press("Control+A");
  await page.keyboard.type('{"type":"typed.by.hand"}');
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator("#status", { hasText: "Sent: the response was 200" }).waitFor();
  await page.locator("#rows a", { hasText: "typed.by.hand" }).waitFor({ state: "attached" });
  await page.keyboard.press("/");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  pass("the keyboard alone does everything");

  await noneSerious(page, "in the list");
  await detailOf(page, "order.changed");
  await noneSerious(page, "in a rejection");
  await page.emulateMedia({ colorScheme: "dark" });
  await noneSerious(page, "in the dark");
  await page.setViewportSize({ width: 375, height: 812 });
  await noneSerious(page, "at 375 pixels");
  pass("axe finds nothing serious");

  await fetch(`${origin}/console/api/clear`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  const ordinary = (type) => deliver(JSON.stringify({ type, order: "1042", total: "249.50", currency: "SEK" }));
  for (const type of ["order.created", "order.paid", "order.sent"]) await ordinary(type);
  await deliver('{"type": "order.changed", "a": 1}', (request) => ({ ...request, body: '{"type":"order.changed","a":1}' }));
  await deliver('{"type":"order.returned"}', ({ headers, ...request }) =>
    ({ ...request, headers: { ...headers, "svix-timestamp": `${headers["svix-timestamp"] - 18000}` } }));
  await ordinary("customer.created");

  for (const [width, height] of [[1440, 900], [375, 812]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const [name, open] of [["list", false], ["rejection", true]]) {
        await page.goto(`${origin}/console`);
        await page.locator("#live.on").waitFor();
        await page.locator("#rows tr").first().waitFor();
        if (open) await detailOf(page, "order.changed");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} at ${width} is ${wide} wide`);
        if (pictures) {
          await page.screenshot({ path: join(pictures, `console-${name}-${width}-${colorScheme}.png`) });
        }
      }
    }
  }
  pass("it fits at both widths, light and dark");

  // What a page of another site can try, in the same browser.
  const other = await context.newPage();
  await other.goto(origin.replace("127.0.0.1", "localhost") + "/other-site");
  const statuses = await other.evaluate(async (target) => {
    const tries = [
      fetch(`${target}/console/api/clear`, { method: "POST", mode: "no-cors", body: "{}" }),
      fetch(`${target}/console/api/deliveries`),
    ];
    return (await Promise.allSettled(tries)).map(({ status, value }) => value?.type ?? status);
  }, origin);
  assert.deepEqual(statuses, ["opaque", "rejected"], "nothing can be read");
  const form = await context.newPage();
  await form.goto(origin.replace("127.0.0.1", "localhost") + "/other-site");
  const answered = form.waitForResponse((response) => response.url().endsWith("/api/clear"));
  await form.evaluate((target) => {
    const made = document.createElement("form");
    Object.assign(made, { method: "post", action: `${target}/console/api/clear`, enctype: "text/plain" });
    document.body.append(made);
    made.submit();
  }, origin);
  assert.equal((await answered).status(), 403);
  assert.ok(await (await fetch(`${origin}/console/api/deliveries`)).json().then((rows) => rows.length) > 5, "nothing was cleared");
  pass("a page of another site does nothing");

  assert.deepEqual(problems, []);
  pass("no console error, and no request to another host");
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
