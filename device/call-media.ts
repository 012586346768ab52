import type { Candidate, FirstReceived } from "../gateway/protocol/media.js";
import { reasonOf, WorError } from "../process/errors.js";
import type { MediaProcess } from "./media/media-process.js";

export interface CallMediaEvents {
  candidate(candidate: Candidate): void;
  received(first: FirstReceived): void;
  /** It could not be started, or failed later; said once for each child that was not ended before. */
  failed(reason: string): void;
}

/** The media child of the present call, one at a time, started ahead of the call. Whatever an ended one still says is lost. */
export class CallMedia {
  private starting: Promise<MediaProcess> | undefined;
  private media: MediaProcess | undefined;
  private failure: string | undefined;

  constructor(
    private readonly start: () => Promise<MediaProcess>,
    private readonly events: CallMediaEvents,
  ) {}

  /** Harmless when there is one already. */
  prepare(): void {
    if (this.starting !== undefined) return;
    const starting = this.start();
    this.starting = starting;
    starting.then(
      (media) => {
        if (this.starting === starting) this.follow(media);
      },
      (error) => {
        if (this.starting === starting) this.events.failed(reasonOf(error));
      },
    );
  }

  /** @throws WorError `media` when none was prepared, or it has failed since; or why it did not start. */
  ready(): Promise<MediaProcess> {
    if (this.failure !== undefined) return Promise.reject(new WorError("media", this.failure));
    return this.starting ?? Promise.reject(new WorError("media", "the media child was not started"));
  }

  alert(on: boolean): void {
    this.media?.alert(on);
  }

  talk(): void {
    this.media?.talk();
  }

  /** Candidates follow the offer at once, when the child may still be starting. */
  addCandidate(candidate: Candidate): void {
    this.starting?.then((media) => media.addCandidate(candidate)).catch(() => {});
  }

  /** Resolves when the child is gone, also one that was just being started. */
  async end(): Promise<void> {
    const { starting } = this;
    this.starting = undefined;
    this.media = undefined;
    this.failure = undefined;
    const media = await starting?.catch(() => undefined);
    await media?.close();
  }

  private follow(media: MediaProcess): void {
    this.media = media;
    const ours = () => this.media === media;
    media.on("candidate", (candidate) => ours() && this.events.candidate(candidate));
    media.on("received", (first) => ours() && this.events.received(first));
    media.on("failed", (reason) => {
      if (!ours()) return;
      this.failure = reason;
      this.events.failed(reason);
    });
  }
}
