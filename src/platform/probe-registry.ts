/** The HTTP status of `<registryUrl>/subjects`, null where nothing answers in time. A user and password in the URL are sent. Never rejects. */
export async function registryStatus(registryUrl: string, timeoutMs: number): Promise<number | null> {
  try {
    const url = new URL(`${registryUrl.replace(/\/+$/, '')}/subjects`);
    const headers: Record<string, string> = {};
    if (url.username !== '') {
      // fetch refuses a URL that carries a password.
      const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`;
      url.username = '';
      url.password = '';
    }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

/** Whether the registry lists its subjects. Never rejects. */
export async function registryAnswers(registryUrl: string, timeoutMs: number): Promise<boolean> {
  return (await registryStatus(registryUrl, timeoutMs)) === 200;
}

/** A URL that can be shown: without its password. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/([^/@:]*):[^/@]*@/, '//$1:***@');
}
