import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findJava, parseJavaMajor } from '../../../src/platform/java.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('the version of a Java', () => {
  it.each([
    ['JAVA_VERSION="25.0.3"\nJAVA_VERSION_DATE="2026-04-21"', 25],
    ['IMPLEMENTOR="x"\nJAVA_VERSION="21"', 21],
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "26-ea" 2026-03-17', 26],
  ])('%j is %i', (text, major) => {
    expect(parseJavaMajor(text)).toBe(major);
  });

  it('is unknown where no version is said', () => {
    expect(parseJavaMajor('The operation could not be completed. Unable to locate a Java Runtime.')).toBeNull();
    expect(parseJavaMajor('')).toBeNull();
  });
});

describe('the Java that is found', () => {
  it('is the newest, be it in JAVA_HOME or in PATH, by its release file or by asking it', async () => {
    const root = temporaryFolder();
    const install = (name: string, release: string | null, program: string) => {
      const home = join(root, name);
      mkdirSync(join(home, 'bin'), { recursive: true });
      if (release !== null) writeFileSync(join(home, 'release'), release);
      writeFileSync(join(home, 'bin', 'java'), program);
      chmodSync(join(home, 'bin', 'java'), 0o755);
      return home;
    };
    // Newer than any that this machine may have in the usual folders.
    const listed = install('listed', 'JAVA_VERSION="901.0.1"', '#!/bin/sh\nexit 1\n');
    const asked = install('asked', null, '#!/bin/sh\necho \'openjdk version "902.0.1"\' >&2\n');
    expect(await findJava({ JAVA_HOME: listed, PATH: '/usr/bin:/bin' })).toEqual({ home: listed, major: 901 });
    expect(await findJava({ JAVA_HOME: listed, PATH: `${join(asked, 'bin')}:/usr/bin:/bin` })).toEqual({ home: asked, major: 902 });
  });

  it('is not a folder that JAVA_HOME names without a java in it', async () => {
    const empty = temporaryFolder();
    expect((await findJava({ JAVA_HOME: empty }))?.home).not.toBe(empty);
  });
});
