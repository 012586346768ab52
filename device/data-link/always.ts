import { connect } from "node:net";
import type { DataLink } from "./data-link.js";

/** Ethernet or Wi-Fi that is there anyway. */
export const alwaysLink: DataLink = {
  up: async () => ({ address: null }),
  connect: (host, port) => connect({ host, port, noDelay: true }),
  down: async () => {},
};
