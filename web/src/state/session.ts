// Who is asking, and what they may do.
import { signal } from "@preact/signals";
import { ask, get, Problem } from "./api";
import type { Me } from "./types";

export const me = signal<Me | null>(null);
export const needsLogin = signal(false);

export function mayChange(): boolean {
  return me.value?.scope === "change";
}

// Throws a Problem when the daemon does not answer, or wants a token first.
export async function checkSession(): Promise<void> {
  try {
    me.value = await get<Me>("/v1/me");
    needsLogin.value = false;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) needsLogin.value = true;
    throw error;
  }
}

export async function login(token: string): Promise<void> {
  me.value = await ask<Me>("POST", "/v1/login", { token });
  needsLogin.value = false;
}

export async function logout(): Promise<void> {
  await ask("POST", "/v1/logout");
  me.value = null;
  needsLogin.value = true;
}
