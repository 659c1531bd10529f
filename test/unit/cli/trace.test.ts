import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

const SETTINGS = { 'arbitrex.yaml': 'symbols: [EURUSD]\ntimeframes: [1m]\n' };
const env = { KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' };

test.each([
  [['trace', 'EURUSD'], '"EURUSD" is not SYMBOL/TIMEFRAME@TIME, such as EURUSD/1m@2026-01-05T00:05Z'],
  [['trace', 'EURUSD/1m@noon'], 'EURUSD/1m@noon: "noon" is not a time such as 2026-01-05T00:00Z'],
  [['trace', 'EURUSD/2m@2026-01-05T00:05Z'], '"2m" is none of the settings'],
  [['export', '--as-of', 'noon'], '--as-of: "noon" is not a time such as 2026-01-05T00:00Z'],
  [['export', '--as-of', '2026-01-05T00:05Z', '--timeframe', '2m'], '--timeframe: "2m" is none of the settings'],
  [['export', '--as-of', '2026-01-05T00:05Z', '--json'], '--json tells about a file: name one with --out'],
  [['export'], "required option '--as-of <time>' not specified"],
])('arbitrex %j is refused before anything is connected', (args, message) => {
  const { code, stdout, stderr } = runCli(args, { files: SETTINGS, env });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});
