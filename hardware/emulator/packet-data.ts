/** TS 27.007 clause 10.1.1. */
export interface PdpContext {
  type: string;
  apn: string;
  /** The address while active. */
  address: string | undefined;
}

/** The PDP contexts of one modem. */
export class PacketData {
  readonly contexts = new Map<number, PdpContext>();

  constructor(
    private readonly hostPart: number,
    private readonly changed: (active: boolean) => void,
  ) {}

  get active(): boolean {
    return [...this.contexts.values()].some(({ address }) => address !== undefined);
  }

  define(cid: number, type: string, apn: string): void {
    this.contexts.set(cid, { type, apn, address: undefined });
  }

  activate(cid: number): void {
    const context = this.contexts.get(cid) ?? { type: "IP", apn: "", address: undefined };
    this.contexts.set(cid, { ...context, address: `10.64.${cid}.${this.hostPart}` });
    this.changed(true);
  }

  deactivate(cid: number): void {
    const context = this.contexts.get(cid);
    if (context?.address === undefined) return;
    context.address = undefined;
    if (!this.active) this.changed(false);
  }

  deactivateAll(): void {
    for (const cid of this.contexts.keys()) this.deactivate(cid);
  }
}
