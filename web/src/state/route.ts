// Where the reader is: the part of the address after #, so that links and the back button work.
import { signal } from "@preact/signals";

export type Route =
  | { view: "overview" }
  | { view: "host" }
  | { view: "vm"; name: string }
  | { view: "starts" }
  | { view: "whatif" }
  | { view: "doctor" };

export function routeOf(hash: string): Route {
  const path = hash.replace(/^#\/?/, "");
  if (path.startsWith("vm/")) {
    try {
      return { view: "vm", name: decodeURIComponent(path.slice(3)) };
    } catch {
      return { view: "overview" };
    }
  }
  if (path === "host" || path === "starts" || path === "whatif" || path === "doctor") return { view: path };
  return { view: "overview" };
}

export function hrefOf(route: Route): string {
  if (route.view === "vm") return `#/vm/${encodeURIComponent(route.name)}`;
  return route.view === "overview" ? "#/" : `#/${route.view}`;
}

export const route = signal<Route>(routeOf(location.hash));
window.addEventListener("hashchange", () => {
  route.value = routeOf(location.hash);
  window.scrollTo(0, 0);
});
