import { describe, expect, it } from 'vitest';
import { findDocker, loadTestcontainers, pullImages, startNetwork, type Testcontainers } from '../../../src/testcontainers/docker.ts';

/** What Node says where a package is not installed. */
function notFound(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from /app/docker.js`), { code: 'ERR_MODULE_NOT_FOUND' });
}

describe('loading testcontainers', () => {
  it.each(['18.20.8', '20.19.5', '22.21.1'])('is refused on Node %s', async (version) => {
    const load = () => Promise.reject(new Error('not to be loaded'));
    await expect(loadTestcontainers(version, load)).rejects.toMatchObject({
      name: 'UserError',
      message: `testcontainers needs Node 22.22 or later; this is Node ${version}`,
    });
  });

  it.each(['22.22.0', '23.0.0', '24.21.0'])('is tried on Node %s', async (version) => {
    const loaded = {} as Testcontainers;
    expect(await loadTestcontainers(version, () => Promise.resolve(loaded))).toBe(loaded);
  });

  it('says how to install it where it is not', async () => {
    await expect(loadTestcontainers('24.0.0', () => Promise.reject(notFound('testcontainers')))).rejects.toMatchObject({
      message: 'arbitrex/testcontainers needs the package testcontainers, which is not installed',
      hint: 'npm install --save-dev testcontainers',
    });
  });

  it('says what else went wrong: a dependency of it that is missing is not the package itself', async () => {
    await expect(loadTestcontainers('24.0.0', () => Promise.reject(notFound('undici')))).rejects.toThrow(
      "the package testcontainers cannot be loaded: Cannot find package 'undici'",
    );
  });
});

describe('what Docker does not do', () => {
  const reject = (message: string) => () => Promise.reject(new Error(message));

  it('no engine answers', async () => {
    const testcontainers = { getContainerRuntimeClient: reject('Could not find a working container runtime strategy') };
    await expect(findDocker(testcontainers as unknown as Testcontainers)).rejects.toMatchObject({
      name: 'UserError',
      message: 'no Docker engine answers (Could not find a working container runtime strategy)',
      hint: expect.stringContaining('DOCKER_HOST'),
    });
  });

  it.each([
    ['refused', reject('pull access denied'), 'the image my/kafka:1 cannot be pulled: pull access denied'],
    ['cut off on its way, which testcontainers takes for success', () => Promise.resolve(), 'the image my/kafka:1 cannot be pulled'],
  ])('a pull is %s', async (_, pull, message) => {
    const { ImageName } = await loadTestcontainers();
    const docker = { image: { pull, exists: () => Promise.resolve(false) } };
    await expect(
      pullImages({ ImageName } as Testcontainers, docker as unknown as Parameters<typeof pullImages>[1], ['my/kafka:1']),
    ).rejects.toMatchObject({ name: 'UserError', message, hint: 'Try it by hand: docker pull my/kafka:1' });
  });

  it('the reaper of testcontainers cannot be pulled', async () => {
    const testcontainers = {
      Network: class {
        start = reject('no such image: testcontainers/ryuk');
      },
    };
    await expect(startNetwork(testcontainers as unknown as Testcontainers)).rejects.toMatchObject({
      message: 'testcontainers could not make a network: no such image: testcontainers/ryuk',
      hint: expect.stringContaining('TESTCONTAINERS_RYUK_DISABLED=true'),
    });
  });
});
