// Chromium for the page's tests. Whatever a page fetches from elsewhere or writes into the console as an error is kept.
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PLACES = [process.env.AEROSTAT_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function chromiumPath() {
  return PLACES.find((place) => place && existsSync(place));
}

export function launch(extra = []) {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error("chromium is missing; script/setup installs it");
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...extra] });
}

// `trouble` collects what no test may cause.
export async function open(browser, base, { width = 1280, height = 900, theme = "light", path = "" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const trouble = [];
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // What a daemon that is away or wants a token looks like to the browser.
    if (message.type() === "error" && !/net::ERR_|status of (401|404|400|409|503)/.test(message.text())) trouble.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) trouble.push(`fetched ${request.url()}`);
  });
  await page.goto(base + path);
  return { page, trouble, close: () => context.close() };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The serious and critical findings of axe, one line each.
export async function axe(page) {
  // Not as a script element: the page's own policy forbids those.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
}
