import { parseSettings, type Settings } from '../../../topology/settings.ts';

/** Settings of a small installation: three symbols, two timeframes, two universes; `more` is further YAML. */
export function exampleSettings(more = ''): Settings {
  const yaml = `
symbols: [EURUSD, GBPUSD, USDJPY]
timeframes: [1m, 1H]
universes:
  - { name: majors, symbols: [EURUSD, GBPUSD, USDJPY] }
  - { name: dollar, symbols: [EURUSD, USDJPY] }
${more}`;
  return parseSettings(yaml, 'example.yaml');
}
