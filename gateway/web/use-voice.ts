import { useEffect, useMemo, useState } from "preact/hooks";
import { VoiceClient } from "./voice-client.js";
import { NO_VOICE, type VoiceModel } from "./voice-model.js";

/** A voice client for as long as the component lives, and its model. A window that closes ends the call. */
export function useVoice(url: string): { client: VoiceClient; model: VoiceModel } {
  const [model, setModel] = useState(NO_VOICE);
  const client = useMemo(() => new VoiceClient(url, setModel), [url]);
  useEffect(() => {
    const close = () => client.close();
    addEventListener("pagehide", close);
    return () => {
      removeEventListener("pagehide", close);
      client.close();
    };
  }, [client]);
  return { client, model };
}
