// The page in Chromium over the scripted daemon. AEROSTAT_WEB: the built page.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import { axe, launch, open } from "../browser.mjs";
import { Fake } from "../fake.mjs";

const web = process.env.AEROSTAT_WEB;
let browser, fake, base, opened;

async function serve(options = {}) {
  fake = new Fake({ web, ...options });
  base = await fake.start();
}
async function visit(options) {
  opened = await open(browser, base, options);
  return opened.page;
}
const names = (page) => page.locator(".rows .cell.name a").allTextContents();
const shows = (page, text) => page.getByText(text).first().waitFor({ timeout: 10000 });

before(async () => { browser = await launch(); });
after(() => browser.close());
beforeEach(() => { opened = undefined; });
afterEach(async () => {
  await opened?.close();
  await fake.stop().catch(() => undefined);
  assert.deepEqual(opened?.trouble ?? [], []);
});

describe("the table", () => {
  test("shows all VMs, sorts and filters them", async () => {
    await serve();
    const page = await visit();
    await page.waitForSelector(".rows .row");
    assert.equal((await names(page)).length, 9);
    await page.getByRole("button", { name: "Assigned" }).click();
    assert.equal((await names(page))[0], "db");
    await page.getByRole("button", { name: /^Status/ }).click();
    assert.equal((await names(page))[0], "cache", "who needs help comes first");
    await page.getByRole("searchbox").fill("debian 12");
    assert.deepEqual((await names(page)).sort(), ["db", "web"]);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: /^Off/ }).click();
    assert.deepEqual(await names(page), ["old"]);
  });

  test("shows a missing number as missing", async () => {
    await serve();
    const page = await visit();
    const row = page.locator(".rows .row", { hasText: "legacy" });
    await row.waitFor();
    assert.match((await row.locator(".cell.demand").textContent()) ?? "", /not known/);
    assert.doesNotMatch((await row.locator(".cell.demand").textContent()) ?? "", /\b0\b/);
  });

  test("draws 500 VMs a window at a time", async () => {
    await serve({ vms: 500 });
    const page = await visit();
    await page.waitForSelector(".rows .row");
    assert.ok((await page.locator(".rows .row").count()) < 60);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await shows(page, "vm-499");
  });

  test("shows what a guest says as text", async () => {
    await serve();
    const evil = '<img src=x onerror="document.title=1">';
    fake.world.vms.get("web").os = evil;
    fake.world.vms.get("web").note = `${evil}</script>`;
    const page = await visit();
    await shows(page, evil);
    assert.equal(await page.locator("main img").count(), 0);
    assert.equal(await page.title(), "Aerostat");
  });

  test("follows what changes, and what happened", async () => {
    await serve();
    const page = await visit({ path: "#/host" });
    await shows(page, "vm.refused");
    fake.happened("vm.oom", "db", "the guest's kernel killed postgres");
    await shows(page, "the guest's kernel killed postgres");
    fake.world.vms.delete("mail");
    fake.send("change", { time: new Date().toISOString(), gone: ["mail"] });
    await page.goto(`${base}#/`);
    await page.waitForFunction(() => ![...document.querySelectorAll(".rows .cell.name a")].some((a) => a.textContent === "mail"));
  });
});

describe("settings", () => {
  test("are checked before they are applied, and reach the daemon", async () => {
    await serve();
    const page = await visit({ path: "#/vm/web" });
    await page.getByRole("button", { name: "Settings…" }).click();
    await page.getByLabel("Maximum", { exact: true }).fill("512 MiB");
    await shows(page, /is asked to give back/);
    assert.equal(fake.world.vms.get("web").maximum_bytes, 2048 * 2 ** 20, "a dry run changes nothing");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForSelector("dialog", { state: "detached" });
    assert.equal(fake.world.vms.get("web").maximum_bytes, 512 * 2 ** 20);
    assert.ok(fake.requests.includes("PATCH /v1/vms/web?dry_run=1"));
  });

  test("mark the field that is wrong, with the rule", async () => {
    await serve();
    const page = await visit({ path: "#/vm/web" });
    await page.getByRole("button", { name: "Settings…" }).click();
    const minimum = page.getByLabel("Minimum", { exact: true });
    await minimum.fill("1,5G");
    await shows(page, "The decimal sign is a point: 1.5G");
    assert.equal(await minimum.getAttribute("aria-invalid"), "true");
    await minimum.fill("3G");
    await shows(page, "minimum 3072 MiB is above maximum 2048 MiB");
    assert.equal(await minimum.getAttribute("aria-invalid"), "true");
    const weight = page.getByLabel("Weight", { exact: true });
    await minimum.fill("256M");
    await weight.fill("20000");
    await shows(page, "must be an integer from 0 to 10000");
    assert.equal(await weight.getAttribute("aria-invalid"), "true");
    assert.equal(await minimum.getAttribute("aria-invalid"), "false");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "weight");
    assert.equal(fake.world.vms.get("web").weight, 5000, "nothing is half applied");
  });

  test("need no mouse", async () => {
    await serve();
    const page = await visit({ path: "#/vm/files" });
    await page.getByRole("button", { name: "Settings…" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.getByRole("radio", { name: /Static/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.type("512M");
    await shows(page, "Aerostat starts to manage its memory.");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog", { state: "detached" });
    assert.equal(fake.world.vms.get("files").mode, "dynamic");
    await page.getByRole("button", { name: "Settings…" }).press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
  });
});

describe("a static VM", () => {
  test("is resized, after what it would do was shown", async () => {
    await serve();
    const page = await visit({ path: "#/vm/files" });
    await page.getByRole("button", { name: "Resize…" }).click();
    const size = page.locator("dialog").getByLabel("Memory");
    assert.equal(await size.inputValue(), "1G");
    await size.fill("1,5G");
    await shows(page, "The decimal sign is a point");
    await size.fill("64G");
    await shows(page, "the host has 1.00 GiB to give");
    assert.equal(await size.getAttribute("aria-invalid"), "true");
    assert.ok(await page.getByRole("button", { name: "Resize", exact: true }).isDisabled());
    await size.fill("1537M");
    await shows(page, "It gets 512 MiB more, and has 1.50 GiB then.");
    await shows(page, "not exactly this");
    assert.deepEqual(await axe(page), []);
    assert.equal(fake.world.vms.get("files").assigned_bytes, 2 ** 30, "a dry run moves nothing");
    await page.getByRole("button", { name: "Resize", exact: true }).click();
    await page.waitForSelector("dialog", { state: "detached" });
    assert.equal(fake.world.vms.get("files").assigned_bytes, 1.5 * 2 ** 30);
  });

  test("that is dynamic follows its need, and is not resized", async () => {
    await serve();
    const page = await visit({ path: "#/vm/web" });
    await page.getByRole("button", { name: "Settings…" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Resize…" }).count(), 0);
  });
});

describe("the connection", () => {
  test("that is lost is shown, and comes back without a reload", async () => {
    await serve();
    const page = await visit();
    await page.waitForSelector(".rows .row");
    await page.evaluate(() => { globalThis.stays = true; });
    const { port } = fake;
    await fake.stop();
    await shows(page, "Disconnected since");
    assert.equal((await names(page)).length, 9, "what was known stays, marked as old");
    await fake.start(port);
    await page.waitForSelector(".connection.on", { timeout: 20000 });
    assert.equal(await page.evaluate(() => globalThis.stays), true);
  });

  test("that wants a token asks for it", async () => {
    await serve({ token: "sesame" });
    const page = await visit();
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await shows(page, "this token is not known");
    await page.getByLabel("Token").fill("sesame");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForSelector(".rows .row");
    assert.equal(await page.evaluate(() => document.cookie), "", "scripts cannot read the session");
  });

  test("of somebody who may only read offers no change", async () => {
    await serve({ scope: "read" });
    const page = await visit({ path: "#/vm/web" });
    assert.ok(await page.getByRole("button", { name: "Settings…" }).isDisabled());
    assert.ok(await page.getByRole("button", { name: "Pause" }).isDisabled());
    await shows(page, "read-only");
  });

  test("of a paused daemon says so, and resumes", async () => {
    await serve();
    const page = await visit();
    await page.getByRole("button", { name: "Pause" }).click();
    await shows(page, "no memory moves, until someone resumes");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.waitForSelector(".banner.watch", { state: "detached" });
  });
});

describe("what if", () => {
  const ask = (page) => page.getByRole("button", { name: "Simulate" }).click();

  test("two more VMs are asked for, and before and after are shown", async () => {
    await serve();
    const page = await visit({ path: "#/whatif" });
    await page.getByRole("button", { name: "Add VMs" }).click();
    await page.getByLabel("How many").fill("2");
    await page.getByLabel("more like").selectOption("web");
    fake.looks = 4;
    await ask(page);
    await shows(page, "Simulating, 40 %");
    await shows(page, "It would have been tighter");
    assert.equal(await page.locator(".pairs tbody th", { hasText: "web-new-" }).count(), 2);
    assert.match((await page.locator(".vmpairs tbody tr").first().textContent()) ?? "", /^db.*never.*43 s/s, "who fares worse comes first");
    const unknown = page.locator(".vmpairs tbody tr", { hasText: "legacy" });
    assert.match((await unknown.textContent()) ?? "", /need not known.*not known/s);
    assert.equal(await page.locator(".chart canvas").count(), 2);
  });

  test("what is wrong is marked at its field, by the page and by the daemon", async () => {
    await serve();
    const page = await visit({ path: "#/whatif" });
    await page.getByLabel("Capacity").fill("1,5G");
    await ask(page);
    await shows(page, "The decimal sign is a point");
    assert.equal(fake.requests.filter((line) => line.startsWith("POST /v1/whatif")).length, 0);
    await page.getByLabel("Capacity").fill("1G");
    await ask(page);
    await shows(page, "less than 128 MiB above the host's reserve");
    assert.equal(await page.getByLabel("Capacity").getAttribute("aria-invalid"), "true");
    await page.getByLabel("Capacity").fill("");
    await page.getByRole("button", { name: "Change settings" }).click();
    await page.getByLabel("Minimum").fill("4G");
    await page.getByLabel("Maximum").fill("2G");
    await ask(page);
    await shows(page, "minimum is above maximum");
    assert.equal(await page.getByLabel("Minimum").getAttribute("aria-invalid"), "true");
  });

  test("a question that nobody waits for is ended", async () => {
    await serve();
    fake.looks = 1000;
    const page = await visit({ path: "#/whatif" });
    await ask(page);
    await shows(page, "Simulating, 40 %");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.waitForSelector(".rows .row");
    for (const late = Date.now() + 5000; !fake.requests.includes("DELETE /v1/whatif/1"); await page.waitForTimeout(20)) assert.ok(Date.now() < late);
  });

  test("without a history it says so", async () => {
    await serve();
    fake.oldest = null;
    const page = await visit({ path: "#/whatif" });
    await shows(page, "There is no history yet");
    assert.equal(await page.getByRole("button", { name: "Simulate" }).count(), 0);
  });
});

describe("everybody can read it", () => {
  for (const theme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      test(`axe finds nothing serious, and nothing is cut off: ${theme}, ${width} pixels`, async () => {
        await serve();
        const page = await visit({ theme, width });
        for (const path of ["#/", "#/host", "#/vm/db", "#/vm/legacy", "#/starts", "#/whatif", "#/doctor"]) {
          await page.goto(base + path);
          await page.waitForSelector("main .panel");
          await page.waitForTimeout(300);
          assert.deepEqual(await axe(page), [], path);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${path} is wider than the window`);
        }
        await page.goto(`${base}#/whatif`);
        for (const name of ["Add VMs", "Change settings", "Simulate"]) await page.getByRole("button", { name }).click();
        await shows(page, "It would have been tighter");
        assert.deepEqual(await axe(page), [], "an answer to what if");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "an answer to what if is wider than the window");
        if (process.env.AEROSTAT_SHOTS) await page.screenshot({ path: `${process.env.AEROSTAT_SHOTS}/whatif-${width}-${theme}.png`, fullPage: true });
        await page.goto(`${base}#/vm/db`);
        await page.getByRole("button", { name: "Settings…" }).click();
        await page.getByLabel("Minimum", { exact: true }).fill("1,5G");
        await shows(page, "The decimal sign");
        assert.deepEqual(await axe(page), [], "the dialog");
      });
    }
  }

  test("without a VM it says what to do", async () => {
    await serve();
    fake.world.vms.clear();
    const page = await visit();
    await shows(page, "No VM is known yet");
  });
});
