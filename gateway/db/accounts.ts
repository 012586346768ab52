import type { Kysely } from "kysely";
import type { GatewayConfig } from "../config.js";
import { hashPassword, hashSecret, passwordMatches, secretMatches } from "../secrets.js";
import type { Database } from "./schema.js";

const NOBODY = "scrypt.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const MAX_CHECKS = 100;

/** Who may log in: callers (and the terminals' own accounts) with a password, bridges with a secret. */
export class Accounts {
  private checks = 0;

  constructor(private readonly db: Kysely<Database>) {}

  /** Inserts what the configuration names and the tables do not have. */
  async open(config: Pick<GatewayConfig, "callers" | "bridges">): Promise<void> {
    for (const { id, password } of config.callers) {
      if ((await this.account(id)) !== undefined) continue;
      await this.db
        .insertInto("accounts")
        .values({ id, password_hash: await hashPassword(password) })
        .execute();
    }
    for (const { id, secret } of config.bridges)
      await this.db
        .insertInto("bridges")
        .values({ id, secret_hash: hashSecret(secret) })
        .onConflict((row) => row.column("id").doNothing())
        .execute();
  }

  /** @returns false also when too many are being checked: each costs 50 ms of a core, and that must not grow without end. */
  async checkPassword(id: string, password: string): Promise<boolean> {
    if (this.checks >= MAX_CHECKS) return false;
    this.checks += 1;
    return this.check(id, password).finally(() => {
      this.checks -= 1;
    });
  }

  private async check(id: string, password: string): Promise<boolean> {
    const row = await this.account(id);
    // As much work for an unknown account, so that the time does not tell which ones there are.
    const matches = await passwordMatches(password, row?.password_hash ?? NOBODY);
    return row !== undefined && matches;
  }

  async authenticateBridge(id: string, secret: string): Promise<boolean> {
    const row = await this.db.selectFrom("bridges").selectAll().where("id", "=", id).executeTakeFirst();
    return row !== undefined && secretMatches(secret, row.secret_hash);
  }

  private account(id: string) {
    return this.db.selectFrom("accounts").selectAll().where("id", "=", id).executeTakeFirst();
  }
}
