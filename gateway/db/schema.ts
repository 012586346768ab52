import type { Generated } from "kysely";

/** Booleans are 0/1, times bigint ms since the epoch, secrets hashed or sealed: the same on SQLite and Postgres. */
export interface Database {
  terminals: TerminalRow;
  wor_permissions: { terminal: string; caller: string; rule: "allow" | "deny" };
  accounts: { id: string; password_hash: string };
  bridges: { id: string; secret_hash: string };
  calls: CallRow;
  call_steps: { id: Generated<number>; call_id: string; step: string; at_ms: number };
}

/** Figure 4a of the patent: SERVER, USER, PASSWORD, STATUS, IP, TEL. */
export interface TerminalRow {
  id: string;
  tel: string;
  way: "ring" | "sms";
  /** SHA-256 of the secret that the terminal logs in with. */
  secret_hash: string;
  wake_key_sealed: string;
  wake_counter: number;
  /** The voice service that the gateway logs in to in the terminal's place; null until the settings (21) came. */
  server: string | null;
  user: string | null;
  password_sealed: string | null;
  proxy_login: 0 | 1;
  do_not_disturb: 0 | 1;
  status: "off-line" | "on-line";
  ip: string | null;
  settings_at: number | null;
}

export interface CallRow {
  id: string;
  caller: string;
  terminal: string;
  requested_at: number;
  ended_at: number | null;
  outcome: string | null;
  reason: string | null;
  rings: number;
  sms: number;
}
