// `npm run test:interop [-- --install]`: tests against programs of others. With --install the missing ones are installed
// from Debian; without, their tests are skipped, loudly. In CI (CI=true) a missing program is a failure.
import { spawnSync } from "node:child_process";
import { fail, hasCommand, installDebian, run, say } from "./debian.mjs";

/** Debian package, the command to look for, and the test that needs it. */
const PROGRAMS = [{ name: "gammu", command: "gammu", test: "bench/interop/gammu.interop.ts" }];

run(process.execPath, ["scripts/setup.mjs", "start"]);
const present = ({ command }) => hasCommand(command);
if (process.argv.includes("--install"))
  installDebian(PROGRAMS.map((program) => [program.name, () => present(program)]));
const missing = PROGRAMS.filter((program) => !present(program));
if (missing.length > 0) {
  const names = missing.map(({ name }) => name).join(", ");
  if (process.env.CI === "true") fail(`missing: ${names}`);
  say(`\n*** SKIPPED, not installed: ${names}. To install and test them: npm run test:interop -- --install ***\n`);
}
const tests = PROGRAMS.filter(present).map(({ test }) => test);
if (tests.length > 0) {
  const jest = ["node_modules/jest/bin/jest.js", "--config", "jest.interop.config.js", ...tests];
  process.exit(spawnSync(process.execPath, jest, { stdio: "inherit" }).status ?? 1);
}
