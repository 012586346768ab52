/** Where the system shows its devices and processes; tests give directories of their own. */
export interface SystemRoots {
  dev: string;
  sys: string;
  proc: string;
  lock: string;
  udev: string;
}

export const SYSTEM: SystemRoots = { dev: "/dev", sys: "/sys", proc: "/proc", lock: "/var/lock", udev: "/run/udev" };
