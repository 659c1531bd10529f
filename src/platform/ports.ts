import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { UserError } from '../errors.ts';

/** Everything local is bound to this address and to no other. */
export const LOOPBACK = '127.0.0.1';

/** How a port was asked for, best first. */
export interface PortWish {
  /** What listens there, for the message. */
  name: string;
  /** How a person names another port, for the message. */
  option: string;
  /** Asked for by a person: this one or an error. */
  explicit: number | undefined;
  /** Taken at the last start. */
  last: number | undefined;
  /** The well-known one; undefined where there is none. */
  preferred: number | undefined;
}

/** Whether `port` can be bound on 127.0.0.1: nothing listens there, and this user may. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A port that was free a moment ago. It lies below those that systems hand out to outgoing connections and to whoever asks for any port, so that it is
 * most likely still free when a Java process, seconds later, binds it.
 */
export async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (await isPortFree(port)) return port;
  }
}

/**
 * The port to use: the explicit one, else the last one if free, else the preferred one if free, else any free one. None of `taken` is chosen.
 * Throws UserError where an explicit port is busy or taken.
 */
export async function choosePort(wish: PortWish, taken: readonly number[] = []): Promise<number> {
  const usable = async (port: number) => !taken.includes(port) && (await isPortFree(port));
  if (wish.explicit !== undefined) {
    if (await usable(wish.explicit)) return wish.explicit;
    throw new UserError(`port ${wish.explicit} for ${wish.name} is busy on ${LOOPBACK}`, {
      hint: `Name a free one with ${wish.option}, leave it out to have one chosen, or end what listens there.`,
    });
  }
  if (wish.last !== undefined && (await usable(wish.last))) return wish.last;
  if (wish.preferred !== undefined && (await usable(wish.preferred))) return wish.preferred;
  for (;;) {
    const port = await anyFreePort();
    if (!taken.includes(port)) return port;
  }
}
