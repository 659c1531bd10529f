import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { locateHome } from '../../../src/platform/home.ts';
import { type PlatformFile, readChoices, readPlatformFile, writeChoices, writePlatformFile } from '../../../src/platform/platform-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PLATFORM: PlatformFile = {
  kind: 'embedded',
  brokers: ['127.0.0.1:9092'],
  registryUrl: 'http://127.0.0.1:8081/apis/ccompat/v7',
  ports: { kafka: 9092, registry: 8081 },
  processes: { kafka: { pid: 12, identity: 'boot:345' } },
  composeProject: null,
  startedAt: '2026-11-23T12:00:00.000Z',
};

describe('the platform file', () => {
  it('gives back what was written, and is written whole: no part file stays', () => {
    const home = locateHome({ home: temporaryFolder() });
    writePlatformFile(home.platformFile, PLATFORM);
    expect(readPlatformFile({ home: home.root })).toEqual(PLATFORM);
    expect(readdirSync(home.root)).toEqual(['platform.json']);
  });

  it('is found through ARBITREX_HOME', () => {
    const home = locateHome({ env: { ARBITREX_HOME: temporaryFolder() } });
    writePlatformFile(home.platformFile, PLATFORM);
    expect(readPlatformFile({ env: { ARBITREX_HOME: home.root } })?.brokers).toEqual(PLATFORM.brokers);
  });

  it('is null where nothing was started', () => {
    expect(readPlatformFile({ home: temporaryFolder() })).toBeNull();
  });

  it.each(['', '{"kind":"embedded"', '{"kind":"other"}', '[]', '{}', 'null'])('is refused by name where it is damaged: %j', (text) => {
    const home = locateHome({ home: temporaryFolder() });
    writeFileSync(home.platformFile, text);
    expect(() => readPlatformFile({ home: home.root })).toThrow(`${home.platformFile} is damaged`);
  });

  it('goes with choices that outlast it', () => {
    const home = locateHome({ home: temporaryFolder() });
    expect(readChoices(home.choicesFile)).toBeNull();
    const choices = { kind: 'embedded' as const, ports: { kafka: 9092, registry: 8081, controller: 9093 } };
    writeChoices(home.choicesFile, choices);
    expect(readChoices(home.choicesFile)).toEqual(choices);
  });
});
