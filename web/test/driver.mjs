// A browser that is told what to do in JSON, one request a line, and answers each with one line: for tests in other
// languages (tests/harness/browser.py). Requests: {"do": NAME, …}; answers: {"value": …} or {"error": TEXT}.
import { createInterface } from "node:readline";
import { axe, launch, open } from "./browser.mjs";

const browser = await launch();
let opened;

const actions = {
  open: async ({ url, width, height, theme, path }) => {
    await opened?.close();
    opened = await open(browser, url, { width, height, theme, path });
  },
  view: ({ width, height, theme }) => Promise.all([opened.page.setViewportSize({ width, height }), opened.page.emulateMedia({ colorScheme: theme })]),
  go: ({ hash }) => opened.page.evaluate((text) => { location.hash = text; }, hash),
  click: ({ selector }) => opened.page.locator(selector).first().click(),
  fill: ({ selector, text }) => opened.page.locator(selector).first().fill(text),
  text: ({ selector }) => opened.page.locator(selector).first().innerText(),
  count: ({ selector }) => opened.page.locator(selector).count(),
  attribute: ({ selector, name }) => opened.page.locator(selector).first().getAttribute(name),
  wait: ({ selector, state, timeout }) => opened.page.locator(selector).first().waitFor({ state, timeout }),
  evaluate: ({ code }) => opened.page.evaluate(code),
  screenshot: ({ file }) => opened.page.screenshot({ path: file }),
  axe: () => axe(opened.page),
  trouble: () => opened.trouble,
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    opened?.page.setDefaultTimeout(request.timeout ?? 10000);
    const value = await actions[request.do](request);
    console.log(JSON.stringify({ value: value ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message).split("\n").slice(0, 3).join(" ") }));
  }
}
await browser.close();
