import type { Credentials } from "./voice-client.js";

const KEY = "wor.credentials";

/** What survives a reload of this tab, and nothing longer: the password is kept nowhere else. */
export const sessionCredentials = {
  read(): Credentials | null {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Credentials | null;
    } catch {
      return null;
    }
  },
  keep(credentials: Credentials): void {
    sessionStorage.setItem(KEY, JSON.stringify(credentials));
  },
  forget(): void {
    sessionStorage.removeItem(KEY);
  },
};
