import type { Kysely } from "kysely";
import type { GatewayConfig } from "../config.js";
import type { TerminalSettings } from "../protocol/settings.js";
import { hashSecret, type Sealer, secretMatches } from "../secrets.js";
import type { Database, TerminalRow } from "./schema.js";

/** How a call request must be handled: figure 4's STATUS and WOR permission, read together. */
export type Admission =
  | { verdict: "refused"; why: "unknown-terminal" | "not-logged-in-by-proxy" | "do-not-disturb" | "not-permitted" }
  | { verdict: "admitted"; terminal: TerminalRow };

/** The terminals' master table (figure 4a) and the WOR permissions (figure 4b). */
export class MasterTable {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly sealer: Sealer,
  ) {}

  /** Inserts what the configuration names and the table does not have; all are off line at start. */
  async open(terminals: GatewayConfig["terminals"]): Promise<void> {
    for (const { id, tel, secret, wakeKey, way } of terminals)
      await this.db
        .insertInto("terminals")
        .values({
          id,
          tel,
          way,
          secret_hash: hashSecret(secret),
          wake_key_sealed: this.sealer.seal(wakeKeyPlace(id), wakeKey),
          wake_counter: 0,
          proxy_login: 0,
          do_not_disturb: 0,
          status: "off-line",
        })
        .onConflict((row) => row.column("id").doNothing())
        .execute();
    await this.db.updateTable("terminals").set({ status: "off-line", ip: null }).execute();
  }

  find(id: string): Promise<TerminalRow | undefined> {
    return this.db.selectFrom("terminals").selectAll().where("id", "=", id).executeTakeFirst();
  }

  async authenticate(id: string, secret: string): Promise<boolean> {
    const row = await this.find(id);
    return row !== undefined && secretMatches(secret, row.secret_hash);
  }

  async admit(terminal: string, caller: string): Promise<Admission> {
    const row = await this.db
      .selectFrom("terminals")
      .leftJoin("wor_permissions", (join) =>
        join.onRef("wor_permissions.terminal", "=", "terminals.id").on("wor_permissions.caller", "=", caller),
      )
      .selectAll("terminals")
      .select("wor_permissions.rule")
      .where("terminals.id", "=", terminal)
      .executeTakeFirst();
    if (row === undefined) return { verdict: "refused", why: "unknown-terminal" };
    if (row.proxy_login === 0) return { verdict: "refused", why: "not-logged-in-by-proxy" };
    if (row.do_not_disturb === 1) return { verdict: "refused", why: "do-not-disturb" };
    if (row.rule !== "allow") return { verdict: "refused", why: "not-permitted" };
    return { verdict: "admitted", terminal: row };
  }

  /** The terminals that a caller may see: those that let it wake them. */
  async visibleTo(caller: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom("wor_permissions")
      .select("terminal")
      .where("caller", "=", caller)
      .where("rule", "=", "allow")
      .orderBy("terminal")
      .execute();
    return rows.map((row) => row.terminal);
  }

  async saveSettings(id: string, settings: TerminalSettings, now: number): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx
        .updateTable("terminals")
        .set({
          server: settings.server,
          user: settings.user,
          password_sealed: this.sealer.seal(passwordPlace(id), settings.password),
          proxy_login: settings.proxyLogin ? 1 : 0,
          do_not_disturb: settings.doNotDisturb ? 1 : 0,
          settings_at: now,
        })
        .where("id", "=", id)
        .execute();
      await tx.deleteFrom("wor_permissions").where("terminal", "=", id).execute();
      for (const [caller, rule] of Object.entries(settings.worPermissions))
        await tx.insertInto("wor_permissions").values({ terminal: id, caller, rule }).execute();
    });
  }

  async proxyAccounts(): Promise<{ terminal: string; user: string; password: string }[]> {
    const rows = await this.db.selectFrom("terminals").selectAll().where("proxy_login", "=", 1).execute();
    return rows.flatMap(({ id, user, password_sealed }) =>
      user === null || password_sealed === null
        ? []
        : [{ terminal: id, user, password: this.sealer.unseal(passwordPlace(id), password_sealed) }],
    );
  }

  async setStatus(id: string, status: TerminalRow["status"], ip: string | null): Promise<void> {
    await this.db.updateTable("terminals").set({ status, ip }).where("id", "=", id).execute();
  }

  /** The key that only this terminal shares, and a counter that is never given out twice. */
  async nextWake(id: string): Promise<{ key: Buffer; counter: number }> {
    const row = await this.db
      .updateTable("terminals")
      .set((column) => ({ wake_counter: column("wake_counter", "+", 1) }))
      .where("id", "=", id)
      .returning(["wake_counter", "wake_key_sealed"])
      .executeTakeFirstOrThrow();
    const key = Buffer.from(this.sealer.unseal(wakeKeyPlace(id), row.wake_key_sealed), "base64url");
    return { key, counter: row.wake_counter };
  }
}

const wakeKeyPlace = (id: string) => `terminals:${id}:wake_key`;
const passwordPlace = (id: string) => `terminals:${id}:password`;
