import { render } from "preact";
import { App } from "./app";
import { begin } from "./state/live";
import "./state/theme";

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
void begin();
