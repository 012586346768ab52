import { describe, expect, test } from "@jest/globals";
import { faultOf } from "./microphone.js";

describe("why there is no microphone", () => {
  test.each([
    ["NotAllowedError", "denied"],
    ["SecurityError", "denied"],
    ["NotFoundError", "absent"],
    ["OverconstrainedError", "absent"],
    ["NotReadableError", "in-use"],
    ["AbortError", "in-use"],
    ["", "in-use"],
  ])("%s: %s", (name, fault) => expect(faultOf(name)).toBe(fault));
});
