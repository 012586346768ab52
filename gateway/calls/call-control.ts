import { reasonOf } from "../../process/errors.js";
import type { Closable } from "../../process/lifecycle.js";
import type { MasterTable } from "../db/master-table.js";
import type { TerminalUp } from "../protocol/messages.js";
import { Call, type CallPorts } from "./call.js";
import type { CallerLeg } from "./caller-leg.js";

export interface CallControlPorts extends Omit<CallPorts, "ended"> {
  table: MasterTable;
  isOnline(terminal: string): boolean;
}

/** Processing control (31): which calls there are, and to which of them an event belongs. One call per terminal. */
export class CallControl implements Closable {
  private readonly calls = new Map<string, Call>();
  private readonly byTerminal = new Map<string, Call>();
  private readonly callPorts: CallPorts;

  constructor(private readonly ports: CallControlPorts) {
    this.callPorts = { ...ports, ended: (call) => this.forget(call) };
  }

  /** A voice service's call request (23). @returns undefined when that call id is in use. */
  request(leg: CallerLeg): Call | undefined {
    if (this.calls.has(leg.callId)) return undefined;
    const call = new Call(leg, this.callPorts);
    this.calls.set(leg.callId, call);
    void this.decide(call);
    return call;
  }

  /** The call this terminal has logged in for, if any. */
  waitingFor(terminal: string): Call | undefined {
    return this.byTerminal.get(terminal);
  }

  terminalLost(terminal: string): void {
    this.byTerminal.get(terminal)?.terminalLost();
  }

  /** @returns false when that call is not this terminal's. */
  fromTerminal(terminal: string, message: Exclude<TerminalUp, { type: "hello" }>): boolean {
    const call = this.byTerminal.get(terminal);
    if (call?.callId !== message.callId) return false;
    call.fromTerminal(message);
    return true;
  }

  close(): void {
    for (const call of [...this.calls.values()]) call.gatewayStopping();
  }

  private async decide(call: Call): Promise<void> {
    const { terminal, caller, callId } = call;
    const { table, log } = this.ports;
    const admission = await table.admit(terminal, caller).catch((error) => {
      log.error({ callId, reason: reasonOf(error) }, "call.not-admitted");
      return undefined;
    });
    // The caller may have left while the database was asked.
    if (this.calls.get(callId) !== call) return;
    if (admission?.verdict !== "admitted") {
      log.info({ callId, caller, terminal, why: admission?.why ?? "database" }, "call.refused");
      return call.refuse("refused");
    }
    if (this.byTerminal.has(terminal)) return call.refuse("busy");
    this.byTerminal.set(terminal, call);
    call.admit(admission.terminal, this.ports.isOnline(terminal));
  }

  private forget(call: Call): void {
    this.calls.delete(call.callId);
    if (this.byTerminal.get(call.terminal) === call) this.byTerminal.delete(call.terminal);
  }
}
