/** What passed through one modem since the emulator started; the bench's proof of what went over the air. */
export interface Counters {
  dataBytesUp: number;
  dataBytesDown: number;
  dataConnections: number;
  atCommands: number;
  smsSent: number;
  smsReceived: number;
  callsMade: number;
  callsReceived: number;
}

export function newCounters(): Counters {
  return {
    dataBytesUp: 0,
    dataBytesDown: 0,
    dataConnections: 0,
    atCommands: 0,
    smsSent: 0,
    smsReceived: 0,
    callsMade: 0,
    callsReceived: 0,
  };
}
