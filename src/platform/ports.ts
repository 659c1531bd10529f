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
  /** The well-known one. */
  preferred: number;
}

/** Whether nothing listens on 127.0.0.1 at `port`. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null;
}

/** A port that was free a moment ago. */
export async function anyFreePort(): Promise<number> {
  return (await tryListen(0))!;
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
  if (await usable(wish.preferred)) return wish.preferred;
  for (;;) {
    const port = await anyFreePort();
    if (!taken.includes(port)) return port;
  }
}

/** The port that could be bound (0 asks for any), null where it is busy or not allowed. */
function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
