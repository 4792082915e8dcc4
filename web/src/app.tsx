// The frame around all views: what is connected, where one can go, and what stops everything.
import { useState } from "preact/hooks";
import { Trouble } from "./parts/small";
import { ask, sentence } from "./state/api";
import { live, lostSince } from "./state/live";
import { hrefOf, route, type Route } from "./state/route";
import { mayChange, me, needsLogin, logout } from "./state/session";
import { end } from "./state/live";
import { dark, nextTheme } from "./state/theme";
import { clockTime, when } from "./text/time";
import { bytes } from "./text/bytes";
import { Login } from "./views/login";
import { Overview } from "./views/overview";
import { HostView } from "./views/host";
import { VmView } from "./views/vm";
import { Starts } from "./views/starts";
import { Doctor } from "./views/doctor";
import { WhatIfView } from "./views/whatif";
import type { Live } from "./state/merge";

const PLACES: { view: "overview" | "host" | "starts" | "whatif" | "doctor"; title: string }[] = [
  { view: "overview", title: "Overview" },
  { view: "host", title: "Host" },
  { view: "starts", title: "Starts" },
  { view: "whatif", title: "What if" },
  { view: "doctor", title: "Doctor" },
];

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 2c4.6 0 7.5 3.2 7.5 7.2 0 3.6-3 6.3-5 8.3h-5c-2-2-5-4.7-5-8.3C4.5 5.2 7.4 2 12 2z" />
      <path class="basket" d="M9.7 19.2h4.600V21a1 1 0 0 1-1 1h-2.600a1 1 0 0 1-1-1z" />
    </svg>
  );
}

function Connection() {
  const lost = lostSince.value;
  const state = lost ? "lost" : live.value ? "on" : "waiting";
  const text = lost ? `Disconnected since ${clockTime(lost)}` : live.value ? "Live" : "Connecting…";
  return <span class={`connection ${state}`} role="status"><span class="dot" aria-hidden="true" />{text}</span>;
}

function Pause({ now }: { now: Live }) {
  const [error, setError] = useState("");
  const paused = now.host.manager === "paused";
  const toggle = async () => {
    try {
      setError("");
      await ask("POST", paused ? "/v1/resume" : "/v1/pause");
    } catch (problem) {
      setError(sentence(problem));
    }
  };
  return (
    <>
      {error && <span class="error" role="alert">{error}</span>}
      <button type="button" disabled={!mayChange() || lostSince.value !== null} onClick={toggle}
        title={paused ? "Let Aerostat move memory again" : "Stop moving memory, also after a restart of the daemon"}>
        {paused ? "Resume" : "Pause"}
      </button>
    </>
  );
}

function Header() {
  const now = live.value;
  const here = route.value.view;
  const leave = async () => {
    end();
    await logout().catch(() => undefined);
  };
  return (
    <header class="top">
      <a class="brand" href={hrefOf({ view: "overview" })}><Mark />Aerostat</a>
      <nav aria-label="Views">
        {PLACES.map(({ view, title }) => (
          <a key={view} href={hrefOf({ view })} aria-current={here === view || (view === "overview" && here === "vm") ? "page" : undefined}>{title}</a>
        ))}
      </nav>
      <div class="right">
        <Connection />
        {now && <Pause now={now} />}
        <button type="button" class="quiet" onClick={nextTheme} aria-label={dark.value ? "Use light colours" : "Use dark colours"} title={dark.value ? "Light" : "Dark"}>
          {dark.value ? "☀" : "☾"}
        </button>
        {me.value?.name.startsWith("token") && <button type="button" class="quiet" onClick={leave} title={`Logged in as ${me.value.name}`}>Log out</button>}
      </div>
    </header>
  );
}

function Banners({ now }: { now: Live }) {
  const { host } = now;
  return (
    <>
      {lostSince.value && <p class="banner bad" role="alert">Disconnected since {clockTime(lostSince.value)}. What is shown is from {clockTime(now.time)}; it will come back by itself.</p>}
      {host.manager === "paused" && <p class="banner watch">Paused{host.paused_since && ` since ${when(host.paused_since)}`}: no memory moves, until someone resumes.</p>}
      {host.over_committed_bytes > 0 && <p class="banner bad">The VMs may hold {bytes(host.over_committed_bytes)} more than they may share.</p>}
      {host.note && <p class="banner watch">{host.note}</p>}
    </>
  );
}

function View({ now, here }: { now: Live; here: Route }) {
  switch (here.view) {
    case "vm": return <VmView key={here.name} now={now} name={here.name} />;
    case "host": return <HostView now={now} />;
    case "starts": return <Starts now={now} />;
    case "whatif": return <WhatIfView now={now} />;
    case "doctor": return <Doctor />;
    default: return <Overview now={now} />;
  }
}

export function App() {
  const now = live.value;
  if (needsLogin.value) return <Login />;
  return (
    <>
      <Header />
      <main class={lostSince.value ? "away" : ""}>
        {now ? (
          <>
            <Banners now={now} />
            <View now={now} here={route.value} />
          </>
        ) : lostSince.value ? (
          <Trouble text={`The daemon has not answered since ${clockTime(lostSince.value)}. This page tries again every second.`} />
        ) : (
          <div class="loading" role="status"><span class="hidden">Loading</span><i /><i /><i /></div>
        )}
      </main>
      {now && <footer class="foot muted">Aerostat {now.host.version} · {me.value?.name ?? ""}{me.value && !mayChange() && ", read-only"}</footer>}
    </>
  );
}
