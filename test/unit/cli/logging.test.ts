import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../../src/cli/logging.ts';

async function linesOf(options: Omit<LogOptions, 'write'>): Promise<string[]> {
  const lines: string[] = [];
  const log = await createLog({ ...options, write: (line) => lines.push(line) });
  log.debug({ offset: 3 }, 'fetched');
  log.info({ topic: 'ticks', lag: 0 }, 'assigned');
  log.warn({ error: new Error('gone away'), connection: { brokers: ['a:1'], sasl: { password: 'secret' } } }, 'will retry');
  log.error({ password: 'secret', reason: 'two words' }, 'gave up');
  return lines;
}

describe('the log', () => {
  it('is one JSON object a line for a machine', async () => {
    const lines = (await linesOf({ level: 'info', human: false, color: false })).map((line) => JSON.parse(line));
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['info', 'assigned'],
      ['warn', 'will retry'],
      ['error', 'gave up'],
    ]);
    expect(lines[0]).toMatchObject({ topic: 'ticks', lag: 0, pid: process.pid });
    expect(lines[0].time).toMatch(/^\d{4}-\d{2}-\d{2}T/);
    expect(lines[1].error).toMatchObject({ message: 'gone away' });
  });

  it('is short lines for a person', async () => {
    const lines = (await linesOf({ level: 'debug', human: true, color: false })).map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
    expect(lines).toEqual([
      'debug fetched offset=3',
      'assigned topic=ticks lag=0',
      'warn will retry error="gone away" connection={"brokers":["a:1"],"sasl":{}}',
      'error gave up reason="two words"',
    ]);
  });

  it('leaves out what is below its level', async () => {
    expect(await linesOf({ level: 'warn', human: true, color: false })).toHaveLength(2);
    expect(await linesOf({ level: 'warn', human: false, color: false })).toHaveLength(2);
  });

  it.each([true, false])('never holds a password (human: %s)', async (human) => {
    expect((await linesOf({ level: 'debug', human, color: false })).join('\n')).not.toContain('secret');
  });

  it('has colours only where they are wanted', async () => {
    expect((await linesOf({ level: 'info', human: true, color: true })).join('')).toContain('\u001b[');
    expect((await linesOf({ level: 'info', human: true, color: false })).join('')).not.toContain('\u001b[');
  });
});
