// What the set-up scripts share: finding commands, running them, and installing Debian packages, named first.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

// Installs without starting anything, and leaves what it installed not starting at boot either. Debian asks
// policy-rc.d, where there is one, before it starts a service (invoke-rc.d(8)); an administrator's own stays.
// $1: packages, $2: their services.
const INSTALL_QUIETLY = `
policy=/usr/sbin/policy-rc.d
if [ -n "$2" ] && [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1 || exit 1
for service in $2; do
  if command -v systemctl > /dev/null; then systemctl --quiet disable "$service"
  else update-rc.d "$service" disable; fi || exit 1
done`;

/**
 * Installs what is missing, as root or by sudo; without that right it says exactly what to run, and ends. Of a package
 * with a service, the service is neither started nor enabled; where the package was there already, nothing is touched.
 * @param {[name: string, present: () => boolean, service?: string][]} wanted
 */
export function installDebian(wanted) {
  const absent = wanted.filter(([, present]) => !present());
  const services = absent.flatMap(([, , service]) => service ?? []).join(" ");
  const missing = [...new Set(absent.map(([name]) => name))];
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  say(`Debian packages missing: ${missing.join(" ")}`);
  if (!hasCommand("apt-get")) fail(`Install what corresponds to them on this system: ${missing.join(" ")}`);
  const root = process.getuid() === 0;
  const sudo = !root && hasCommand("sudo") && (process.stdin.isTTY || spawnSync("sudo", ["-n", "true"]).status === 0);
  const disabling = services && `\n  systemctl disable --now ${services}`;
  if (!root && !sudo)
    fail(`Not root, and no sudo. Somebody who may has to run:\n  apt-get update && ${command}${disabling}`);
  say("Installing them ...");
  const asRoot = (...args) => (root ? run(args[0], args.slice(1)) : run("sudo", args));
  asRoot("apt-get", "update", "-q");
  asRoot("sh", "-c", INSTALL_QUIETLY, "sh", missing.join(" "), services);
  if (services) say(`Not started, and not enabled: ${services}`);
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
