// Light, dark, or as the system says. Kept in the browser.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const KEY = "aerostat.theme";

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export const theme = signal<Theme>(stored());
const system = matchMedia("(prefers-color-scheme: dark)");
export const dark = signal(system.matches);

export function nextTheme(): void {
  theme.value = dark.value ? "light" : "dark";
}

effect(() => {
  const chosen = theme.value;
  dark.value = chosen === "system" ? system.matches : chosen === "dark";
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  try {
    if (chosen === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
});
system.addEventListener("change", () => {
  if (theme.value === "system") dark.value = system.matches;
});
