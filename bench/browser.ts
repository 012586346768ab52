import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { WorError } from "../process/errors.js";

/** Debian's Chromium; a download of a browser is never tried. */
const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** A headless Chromium whose microphone hears `wav`, again and again, and which calls nobody at home. */
export function launchBrowser(wav: string): Promise<Browser> {
  const executablePath = EXECUTABLES.find((file) => existsSync(file));
  if (executablePath === undefined) throw new WorError("browser", "no Chromium: install Debian's package chromium");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${wav}`,
      "--autoplay-policy=no-user-gesture-required",
    ],
  });
}

/** Has to be called before the page loads: remembers the audio element that plays a call. */
export async function watchPlayback(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
    Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
      ...own,
      set(this: HTMLMediaElement, stream: MediaStream | null) {
        if (stream) Object.assign(window, { playing: this });
        own?.set?.call(this, stream);
      },
    });
  });
}

/** What that element plays from now on. @returns 48 kHz, 16 bit, mono. */
export async function recordPlayback(page: Page, seconds: number): Promise<Int16Array> {
  const base64 = await page.evaluate(async (duration) => {
    const { playing } = window as unknown as { playing: HTMLAudioElement };
    if (playing.paused) throw new Error("the page plays nothing");
    const context = new AudioContext({ sampleRate: 48_000 });
    const recorder = context.createScriptProcessor(4096, 1, 1);
    const samples: number[] = [];
    await new Promise<void>((resolve) => {
      recorder.onaudioprocess = ({ inputBuffer }) => {
        samples.push(...inputBuffer.getChannelData(0));
        if (samples.length >= duration * 48_000) resolve();
      };
      context.createMediaStreamSource(playing.srcObject as MediaStream).connect(recorder);
      recorder.connect(context.destination);
    });
    await context.close();
    const octets = new Uint8Array(Int16Array.from(samples, (sample) => sample * 32_767).buffer);
    let text = "";
    for (const octet of octets) text += String.fromCharCode(octet);
    return btoa(text);
  }, seconds);
  const octets = Buffer.from(base64, "base64");
  return new Int16Array(octets.buffer, octets.byteOffset, octets.length / 2).slice();
}
