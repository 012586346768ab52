/** What is fed; it throws if an input broke it. */
export interface FuzzTarget {
  readonly name: string;
  readonly corpus: readonly string[];
  feed(input: string): void;
  /** Between the inputs: lets what was started go on. */
  rest(): Promise<void>;
}
