/**
 * A recorder for node-record-lpcm16, loaded by it by path. Its own one leaves arecord at chunks of 125 ms; periods of
 * 10 ms take 15 ms from sound to bytes. (The package wants the function itself as the module, hence `export =`.)
 */
function recorder(options: { device: string; sampleRate: number; channels: number; audioType: string }): {
  cmd: string;
  args: string[];
} {
  const { device, sampleRate, channels, audioType } = options;
  return {
    cmd: "arecord",
    args: [
      ...["-q", "-D", device, "-F", "10000", "-B", "40000"],
      ...["-f", "S16_LE", "-c", String(channels), "-r", String(sampleRate), "-t", audioType],
    ],
  };
}

export = recorder;
