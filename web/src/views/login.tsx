// Asks for a token when the daemon wants one (TCP). The token becomes a cookie that scripts cannot read.
import { useState } from "preact/hooks";
import { sentence } from "../state/api";
import { connect } from "../state/live";
import { login } from "../state/session";

export function Login() {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await login(token.trim());
      connect();
    } catch (problem) {
      setError(sentence(problem));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main class="login">
      <form class="panel" onSubmit={submit}>
        <h1>Aerostat</h1>
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="current-password" value={token} aria-invalid={error ? "true" : "false"} aria-describedby="token-hint"
          onInput={(event) => { setToken(event.currentTarget.value); setError(""); }} autofocus />
        <p id="token-hint" class={error ? "error" : "hint"} role={error ? "alert" : undefined}>
          {error || <>Make one on the host: <code>aerostat token create NAME</code></>}
        </p>
        <button type="submit" class="primary" disabled={busy || token.trim() === ""}>Log in</button>
      </form>
    </main>
  );
}
