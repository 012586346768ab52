import type { Kysely, Migration } from "kysely";

/** In order, never edited once released; the name is the key under which Kysely remembers it. */
export const MIGRATIONS: Record<string, Migration> = {
  "2026-11-first-tables": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("terminals")
        .addColumn("id", "text", (c) => c.primaryKey())
        .addColumn("tel", "text", (c) => c.notNull().unique())
        .addColumn("way", "text", (c) => c.notNull())
        .addColumn("secret_hash", "text", (c) => c.notNull())
        .addColumn("wake_key_sealed", "text", (c) => c.notNull())
        .addColumn("wake_counter", "integer", (c) => c.notNull().defaultTo(0))
        .addColumn("server", "text")
        .addColumn("user", "text")
        .addColumn("password_sealed", "text")
        .addColumn("proxy_login", "integer", (c) => c.notNull().defaultTo(0))
        .addColumn("do_not_disturb", "integer", (c) => c.notNull().defaultTo(0))
        .addColumn("status", "text", (c) => c.notNull().defaultTo("off-line"))
        .addColumn("ip", "text")
        .addColumn("settings_at", "bigint")
        .execute();
      await db.schema
        .createTable("wor_permissions")
        .addColumn("terminal", "text", (c) => c.notNull().references("terminals.id").onDelete("cascade"))
        .addColumn("caller", "text", (c) => c.notNull())
        .addColumn("rule", "text", (c) => c.notNull())
        .addPrimaryKeyConstraint("wor_permissions_key", ["terminal", "caller"])
        .execute();
      await db.schema
        .createTable("accounts")
        .addColumn("id", "text", (c) => c.primaryKey())
        .addColumn("password_hash", "text", (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("bridges")
        .addColumn("id", "text", (c) => c.primaryKey())
        .addColumn("secret_hash", "text", (c) => c.notNull())
        .execute();
      await db.schema
        .createTable("calls")
        .addColumn("id", "text", (c) => c.primaryKey())
        .addColumn("caller", "text", (c) => c.notNull())
        .addColumn("terminal", "text", (c) => c.notNull())
        .addColumn("requested_at", "bigint", (c) => c.notNull())
        .addColumn("ended_at", "bigint")
        .addColumn("outcome", "text")
        .addColumn("reason", "text")
        .addColumn("rings", "integer", (c) => c.notNull().defaultTo(0))
        .addColumn("sms", "integer", (c) => c.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createTable("call_steps")
        .addColumn("id", "integer", (c) => c.primaryKey().autoIncrement())
        .addColumn("call_id", "text", (c) => c.notNull().references("calls.id").onDelete("cascade"))
        .addColumn("step", "text", (c) => c.notNull())
        .addColumn("at_ms", "real", (c) => c.notNull())
        .execute();
      await db.schema.createIndex("call_steps_of_call").on("call_steps").column("call_id").execute();
    },
  },
};
