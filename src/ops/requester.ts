import { hostname, userInfo } from 'node:os';

/** Who runs this process, as user@host: what a control record says of who asked for it. */
export function requester(): string {
  return `${userName()}@${hostname()}`;
}

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
