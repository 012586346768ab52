import { reasonOf } from "../process/errors.js";
import { type Closable, Owned } from "../process/lifecycle.js";
import type { Logger } from "../process/log.js";
import { Broker } from "./broker.js";
import { CallControl } from "./calls/call-control.js";
import { WorRequests } from "./calls/wor-requests.js";
import type { GatewayConfig } from "./config.js";
import { Accounts } from "./db/accounts.js";
import { CallRecords } from "./db/call-records.js";
import { openDatabase } from "./db/database.js";
import { MasterTable } from "./db/master-table.js";
import { HttpServer } from "./http.js";
import type { TerminalSettings } from "./protocol/settings.js";
import { Sealer } from "./secrets.js";
import { EmbeddedVoiceService } from "./voice-services/embedded.js";

/**
 * Wires the gateway (13): database, broker, HTTP, voice service, calls are opened in this order and closed in reverse.
 * Logs `gateway.ready` with the ports it listens on.
 */
export async function runGateway(config: GatewayConfig, log: Logger): Promise<Closable> {
  const owned = new Owned(log);
  try {
    await wire(config, log, owned);
    return owned;
  } catch (error) {
    await owned.close();
    throw error;
  }
}

async function wire(config: GatewayConfig, log: Logger, owned: Owned): Promise<void> {
  const db = await openDatabase(config.database);
  owned.own("database", { close: () => db.destroy() });
  const table = new MasterTable(db, Sealer.fromFile(config.keyFile));
  const accounts = new Accounts(db);
  const records = owned.own("call records", new CallRecords(db, log));
  await table.open(config.terminals);
  await accounts.open(config);
  const interrupted = await records.open(Date.now());
  if (interrupted > 0) log.warn({ calls: interrupted }, "calls.interrupted");

  const setStatus = (id: string, status: "on-line" | "off-line", ip: string | null) =>
    void table.setStatus(id, status, ip).catch((error) => log.error({ reason: reasonOf(error) }, "status.not-written"));

  const broker: Broker = new Broker(
    config.mqtt,
    {
      authenticate: async (id, secret) => {
        if (await table.authenticate(id, secret)) return "terminal";
        return (await accounts.authenticateBridge(id, secret)) ? "bridge" : undefined;
      },
      terminalOnline: (id, address) => {
        const call = calls.waitingFor(id);
        broker.toTerminal(id, { type: "welcome", call: call ? { callId: call.callId, caller: call.caller } : null });
        call?.terminalLoggedIn(address);
        setStatus(id, "on-line", address);
      },
      terminalOffline: (id) => {
        calls.terminalLost(id);
        setStatus(id, "off-line", null);
      },
      fromTerminal: (id, message) => {
        if (message.type !== "hello") {
          if (calls.fromTerminal(id, message)) return;
          log.debug({ terminal: id, type: message.type }, "terminal.stale");
          // It rings, or talks, for a call that is over: it must not go on.
          if (message.type === "alerting" || message.type === "answer")
            broker.toTerminal(id, { type: "hangup", callId: message.callId, reason: "caller-hung-up" });
          return;
        }
        log.info({ terminal: id, wokenBy: message.wokenBy }, "terminal.hello");
        if (message.address === null) return;
        setStatus(id, "on-line", message.address);
        calls.waitingFor(id)?.terminalAddress(message.address);
      },
      bridgeOnline: (id) => worRequests.bridgeConnected(id),
      bridgeOffline: (id) => worRequests.bridgeLost(id),
      fromBridge: (id, message) => worRequests.fromBridge(id, message),
    },
    log,
  );
  const worRequests = new WorRequests(table, broker, log);
  const calls = new CallControl({
    log,
    table,
    records,
    worRequests,
    iceServers: config.iceServers,
    deadlines: config.calls,
    isOnline: (terminal) => broker.isOnline(terminal),
    toTerminal: (terminal, message) => broker.toTerminal(terminal, message),
  });

  const voice = new EmbeddedVoiceService({
    log,
    iceServers: config.iceServers,
    checkPassword: (user, password) => accounts.checkPassword(user, password),
    visibleTo: (caller) => table.visibleTo(caller),
    requestCall: (leg) => calls.request(leg),
  });
  const proxyLogin = async (account: { terminal: string; user: string; password: string }) => {
    const loggedIn = await voice.login(account);
    log.info({ no: "22", step: "proxy-login", terminal: account.terminal, loggedIn }, "proxy-login");
    return { loggedIn };
  };
  const saveSettings = async (id: string, settings: TerminalSettings) => {
    await table.saveSettings(id, settings, Date.now());
    log.info({ no: "21", step: "proxy-login-settings", terminal: id }, "proxy-login-settings");
    if (settings.proxyLogin) return proxyLogin({ terminal: id, user: settings.user, password: settings.password });
    voice.logout(id);
    return { loggedIn: false };
  };

  const mqttPort = await owned.own("broker", broker).start();
  for (const account of await table.proxyAccounts()) await proxyLogin(account);
  const http = new HttpServer(
    config.http,
    {
      voice,
      authenticateTerminal: (id, secret) => table.authenticate(id, secret),
      saveSettings,
      health: () => ({ status: "ok", bridges: broker.connected() }),
    },
    log,
  );
  const httpPort = await owned.own("http", http).start();
  // Closed first: callers, terminals and bridges hear of the end while their connections are still there.
  owned.own("voice service", voice);
  owned.own("calls", calls);
  log.info({ mqttPort, httpPort }, "gateway.ready");
}
