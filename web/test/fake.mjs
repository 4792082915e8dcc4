// A small daemon for the page's own tests: the paths that the page uses, over a scripted host (fake_world.mjs).
//   node test/fake.mjs [--vms N] [--port N] [--web FOLDER] [--token TEXT]
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GIB, MIB, World } from "./fake_world.mjs";
import { whatIfReport } from "./fake_whatif.mjs";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };
const CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export class Fake {
  constructor({ vms = 0, web, token = "", scope = "change", period = 1000 }) {
    Object.assign(this, { world: new World(vms), web, token, scope, period });
    this.readers = new Set();
    this.requests = [];
    this.oldest = "2026-05-04T10:11:12Z";
    // How often a what-if question is looked at before it is answered.
    this.looks = 2;
  }

  async start(port = 0) {
    this.server = createServer((request, response) => this.serve(request, response));
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
    this.timer = setInterval(() => this.tick(), this.period);
    return `http://127.0.0.1:${this.port}/`;
  }

  // As kill -9 does: connections break, nothing listens.
  stop() {
    clearInterval(this.timer);
    this.readers.clear();
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }

  tick() {
    this.send("change", { time: new Date().toISOString(), host: this.world.host(), vms: this.world.tick() });
  }

  happened(code, vm, text) {
    const event = this.world.happened(code, vm, text);
    this.send("event", event, event.seq);
  }

  send(event, data, id) {
    const text = `${id ? `id: ${id}\n` : ""}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const reader of this.readers) reader.write(text);
  }

  async serve(request, response) {
    const url = new URL(request.url, "http://fake");
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    let body = "";
    for await (const part of request) body += part;
    const json = (value, status = 200, headers = {}) => response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(value));
    const problem = (status, code, detail, field = null) =>
      json({ type: `urn:aerostat:problem:${code}`, title: code, status, detail, code, field }, status, { "Content-Type": "application/problem+json" });
    if (!url.pathname.startsWith("/v1/")) return this.file(url.pathname, response, problem);
    if (url.pathname === "/v1/login") {
      if (JSON.parse(body).token !== this.token) return problem(401, "denied", "this token is not known; make one with aerostat token create");
      return json({ name: "token ci", scope: this.scope }, 200, { "Set-Cookie": `session=${this.token}; HttpOnly; SameSite=Strict; Path=/` });
    }
    if (this.token && !request.headers.cookie?.includes(`session=${this.token}`)) return problem(401, "denied", "log in first");
    this.answer(request, response, url, body, json, problem);
  }

  file(path, response, problem) {
    const name = path === "/" ? "index.html" : path.slice(1);
    try {
      const text = readFileSync(join(this.web, name));
      response.writeHead(200, { "Content-Type": TYPES[name.split(".").pop()] ?? "text/plain", "Content-Security-Policy": CSP }).end(text);
    } catch {
      problem(404, "not-found", `there is no ${path}`);
    }
  }

  answer(request, response, url, body, json, problem) {
    const { world } = this;
    const path = url.pathname.slice(3);
    const vm = /^\/vms\/([^/]+)(.*)$/.exec(path);
    if (path === "/me") return json({ name: this.token ? "token ci" : "user 1000", scope: this.scope });
    if (path === "/live") return this.live(response);
    if (path === "/events") return json({ items: world.events, next: null });
    if (path === "/pause" || path === "/resume") {
      world.paused = path === "/pause";
      this.tick();
      return json(world.host());
    }
    if (path === "/history/status") return json({ history: "on", note: "", path: "/var/lib/aerostat/history.db", used_bytes: 41 * MIB, limit_bytes: GIB, oldest: this.oldest });
    if (path.startsWith("/whatif")) return this.whatIf(request, path, body, json, problem);
    if (path === "/history") return this.history(url, json);
    if (path === "/doctor") return json({ items: findings(), next: null });
    if (path.startsWith("/reservations/") && request.method === "DELETE") {
      world.reservations = [];
      this.send("change", { time: new Date().toISOString(), host: world.host(), reservations: [] });
      return json({});
    }
    if (!vm) return problem(404, "not-found", `there is no ${url.pathname}`);
    const found = world.vms.get(decodeURIComponent(vm[1]));
    if (!found) return problem(404, "not-found", "there is no such VM");
    if (vm[2] === "/decisions") return json({ items: decisions(found), next: null });
    if (vm[2] === "/doctor") return json({ items: findings().filter((item) => item.vm === found.name), next: null });
    if (vm[2] === "/sample") return json({ name: found.name, sample_age_s: 0.1, psi_some_us: world.ticks * 41000 });
    if (vm[2] === "/resize") return this.resize(found, JSON.parse(body).memory_bytes, url.searchParams.get("dry_run") === "1", json, problem);
    if (request.method === "PATCH") return this.patch(found, JSON.parse(body), url.searchParams.get("dry_run") === "1", json, problem);
    return json(found);
  }

  live(response) {
    const { world } = this;
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const state = { time: new Date().toISOString(), host: world.host(), vms: [...world.vms.values()], reservations: world.reservations };
    response.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`);
    this.readers.add(response);
    response.on("close", () => this.readers.delete(response));
  }

  patch(vm, change, dryRun, json, problem) {
    if (!this.scope.includes("change")) return problem(403, "denied", "this token may only read");
    const settings = { ...vm.settings, ...change };
    const minimum = settings.minimum_bytes ?? settings.startup_bytes ?? vm.startup_bytes;
    const startup = settings.startup_bytes ?? 384 * MIB;
    const maximum = settings.maximum_bytes ?? 2 * GIB;
    if (minimum < 32 * MIB) return problem(400, "invalid", `minimum is ${minimum / MIB} MiB; it must be at least 32 MiB`, "minimum_bytes");
    if (minimum > maximum) return problem(400, "invalid", `minimum ${minimum / MIB} MiB is above maximum ${maximum / MIB} MiB`, "minimum_bytes");
    if (startup > maximum) return problem(400, "invalid", `startup ${startup / MIB} MiB is above maximum ${maximum / MIB} MiB`, "maximum_bytes");
    if (settings.buffer_percent !== null && (settings.buffer_percent < 5 || settings.buffer_percent > 2000)) {
      return problem(400, "invalid", `buffer ${settings.buffer_percent} must be an integer from 5 to 2000`, "buffer_percent");
    }
    if (settings.weight > 10000) return problem(400, "invalid", `weight ${settings.weight} must be an integer from 0 to 10000`, "weight");
    const after = { ...vm, settings, mode: settings.mode ?? "static", startup_bytes: startup, minimum_bytes: minimum, maximum_bytes: maximum,
      buffer_percent: settings.buffer_percent, weight: settings.weight ?? 5000, warnings: vm.status === "off" ? ["no VM of this name was seen; its settings wait for it"] : [] };
    if (!dryRun) {
      this.world.vms.set(vm.name, after);
      this.send("change", { time: new Date().toISOString(), vms: [after] });
    }
    return json(after);
  }

  resize(vm, memory, dryRun, json, problem) {
    if (vm.mode === "dynamic") return problem(409, "refused", `'${vm.name}' is dynamic, so its size follows its need`, "memory_bytes");
    if (memory > 4 * GIB) return problem(409, "refused", `'${vm.name}' would get ${(memory - vm.assigned_bytes) / MIB} MiB more, and the host has 1.00 GiB to give`, "memory_bytes");
    const to = Math.floor(memory / (2 * MIB)) * 2 * MIB;
    const after = { ...vm, target_bytes: to, warnings: to === memory ? [] : ["its devices can have a little less, not exactly this"] };
    if (!dryRun) {
      Object.assign(vm, { target_bytes: to, assigned_bytes: to });
      this.send("change", { time: new Date().toISOString(), vms: [vm] });
    }
    return json(after);
  }

  // One question at a time; its answer is made of its own numbers, not simulated.
  whatIf(request, path, body, json, problem) {
    const state = (stage, percent, report = null) => json({ id: "1", state: stage, progress_percent: percent, error: null, report });
    if (request.method === "DELETE") {
      this.asked = null;
      return state("failed", 50);
    }
    if (request.method === "POST") {
      const question = JSON.parse(body);
      if (this.asked) return problem(503, "unavailable", "another what-if question is being answered");
      if (question.capacity_bytes < 2 * GIB) return problem(400, "invalid", "capacity leaves VMs less than 128 MiB above the host's reserve of 1.00 GiB", "capacity_bytes");
      const broken = (question.vms ?? []).findIndex(({ minimum_bytes, maximum_bytes }) => minimum_bytes > maximum_bytes);
      if (broken >= 0) return problem(400, "invalid", "minimum is above maximum", `vms[${broken}].minimum_bytes`);
      this.asked = { question, looks: 0 };
      return state("running", 0);
    }
    if (!this.asked) return problem(404, "not-found", "there is no such what-if question");
    this.asked.looks += 1;
    if (this.asked.looks < this.looks) return state("running", 40);
    const { question } = this.asked;
    this.asked = null;
    return state("done", 100, whatIfReport(this.world, question));
  }

  history(url, json) {
    const seconds = { "10m": 600, "1h": 3600, "24h": 86400, "7d": 604800, "30d": 2592000 }[url.searchParams.get("since")] ?? 600;
    const past = this.world.history(url.searchParams.get("each"), seconds, Number(url.searchParams.get("points") ?? 300));
    if (past.rows) return json(past);
    const name = url.searchParams.get("vm");
    const rows = past.times.map((time) => {
      const has = past.value(name, time);
      return [time, has, has && has - 28 * MIB, has && Math.round(has * 0.8), has && Math.round(has * 0.95), has && Math.round(has * 0.93), has && Math.round(has * 0.2), has && 80, has && 0];
    });
    json({ of: name, step_s: past.step_s, columns: ["time", "assigned_bytes", "visible_bytes", "demand_bytes", "wanted_bytes", "resident_bytes", "available_bytes", "pressure_percent", "swap_used_bytes"], rows });
  }
}

function findings() {
  return [
    { check: "host-swap", severity: "warning", vm: null, text: "The host swaps: 312 MiB of its memory are on disk.", evidence: "/proc/meminfo: SwapTotal - SwapFree", remedy: "swapoff -a, or a larger reserve" },
    { check: "service-port", severity: "problem", vm: "legacy", text: "The VM has no port for the service.", evidence: "no virtserialport named org.aerostat.guest.0", remedy: "-device virtserialport,chardev=agent,name=org.aerostat.guest.0" },
    { check: "clock", severity: "ok", vm: null, text: "The clock is steady.", evidence: "", remedy: "" },
  ];
}

function decisions(vm) {
  const time = new Date(Date.now() - 5000).toISOString();
  const numbers = { vm: vm.name, assigned_bytes: vm.assigned_bytes, demand_bytes: vm.demand_bytes, wanted_bytes: vm.wanted_bytes, host_free_bytes: GIB,
    wanted_parts: { demand_bytes: vm.demand_bytes ?? 0, headroom_bytes: 90 * MIB } };
  return [
    { seq: 1, time, rule: "hold", from_bytes: vm.assigned_bytes, to_bytes: vm.assigned_bytes, why: "it has what it wants", repeated: 812, result: "", ...numbers },
    { seq: 2, time, rule: "grow", from_bytes: 480 * MIB, to_bytes: vm.assigned_bytes, why: "demand 470 MiB leaves less than its headroom", repeated: 1, result: "reached it after 0.1 s", ...numbers },
    { seq: 3, time, rule: "refused", from_bytes: vm.assigned_bytes, to_bytes: vm.assigned_bytes, why: "the host has nothing free; 412 MiB are missing", repeated: 4, result: "", ...numbers },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
  const fake = new Fake({ vms: Number(option("--vms", 0)), web: option("--web", fileURLToPath(new URL("../dist", import.meta.url))), token: option("--token", "") });
  console.log(await fake.start(Number(option("--port", 7080))));
}
