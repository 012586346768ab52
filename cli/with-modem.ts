import {
  type Conversation,
  type ConversationOptions,
  openConversation,
} from "../hardware/modem/discovery/conversation.js";
import { resolvePort } from "../hardware/modem/discovery/resolve-port.js";

export interface PortChoice {
  port: string;
  baud?: number;
}

/** Opens the modem, and closes it again whatever happens. */
export async function withModem<T>(
  { port, baud }: PortChoice,
  use: (conversation: Conversation) => Promise<T>,
  options: Pick<ConversationOptions, "trace"> = {},
): Promise<T> {
  const path = await resolvePort(port);
  const conversation = await openConversation({
    path,
    ...(baud === undefined ? {} : { baudRates: [baud] }),
    ...options,
  });
  try {
    return await use(conversation);
  } finally {
    await conversation.close();
  }
}
