// What the set-up scripts share: finding commands, running them, and installing Debian packages, named first.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Installs what is missing, as root or by sudo; without that right it says exactly what to run, and ends.
 * @param {[name: string, present: () => boolean][]} wanted
 */
export function installDebian(wanted) {
  const missing = [...new Set(wanted.filter(([, present]) => !present()).map(([name]) => name))];
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  say(`Debian packages missing: ${missing.join(" ")}`);
  if (!hasCommand("apt-get")) fail(`Install what corresponds to them on this system: ${missing.join(" ")}`);
  const root = process.getuid() === 0;
  const sudo = !root && hasCommand("sudo") && (process.stdin.isTTY || spawnSync("sudo", ["-n", "true"]).status === 0);
  if (!root && !sudo) fail(`Not root, and no sudo. Somebody who may has to run:\n  apt-get update && ${command}`);
  say("Installing them ...");
  const asRoot = (...args) => (root ? run(args[0], args.slice(1)) : run("sudo", args));
  asRoot("apt-get", "update", "-q");
  asRoot("env", "DEBIAN_FRONTEND=noninteractive", ...command.split(" "));
}

export function hasCommand(name) {
  const dirs = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return dirs.some((dir) => existsSync(join(dir, name)));
}

export function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) fail(`${command} ${args.slice(0, 2).join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

export function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(1);
}
