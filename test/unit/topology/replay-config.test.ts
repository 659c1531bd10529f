import { describe, expect, it } from 'vitest';
import { parseReplayConfig } from '../../../topology/settings.ts';

describe('the config of a replay', () => {
  it('is a settings file; its input is ticks unless it says bars', () => {
    expect(parseReplayConfig('timeframes: [1H]', 'c.yaml').input).toBe('ticks');
    expect(parseReplayConfig('input: bars\ntimeframes: [1H]', 'c.yaml').input).toBe('bars');
  });

  it('reads a golden case: keys for people and comparison programs are let through, symbols need not be listed', () => {
    const config = {
      name: 'synth',
      about: 'a case',
      expected_counts: { clean: 1 },
      tier1_symbols: null,
      tier2_every: 3,
      input: 'ticks',
      timeframes: ['1m', '5m'],
      price: 'last',
      calendar: 'fx',
      closures: [[1710968400000, 1711054800000]],
      max_jump_ms: null,
      grace_ms: { '1m': 20000 },
      max_gap_bars: 12,
      min_volume: 4,
      spread: 'hl',
      spread_alpha: 0.2,
      normalizer: 'robust',
      universes: [{ name: 'four', symbols: ['EURUSD', 'AUDUSD', 'GHOST'] }],
      window: 80,
      min_obs: 20,
      join_grace: 3,
    };
    const { input, domain } = parseReplayConfig(JSON.stringify(config), 'config.json');
    expect(input).toBe('ticks');
    expect(domain.bars).toEqual({
      timeframes: ['1m', '5m'],
      price: 'last',
      calendar: 'fx',
      closures: [{ fromMs: 1710968400000, toMs: 1711054800000 }],
      maxJumpMs: 3_600_000,
      graceMs: { '1m': 20000 },
      maxGapBars: 12,
      minVolume: 4,
      spread: 'hl',
      spreadAlpha: 0.2,
    });
    expect(domain.features.normalizer).toBe('robust');
    expect(domain.matrices).toEqual({
      universes: [{ name: 'four', symbols: ['AUDUSD', 'EURUSD', 'GHOST'] }],
      window: 80,
      minObs: 20,
      joinGrace: 3,
      corrections: 'latest',
    });
  });

  it('is as strict as a settings file about everything else', () => {
    expect(() => parseReplayConfig('input: trades', 'c.yaml')).toThrow('c.yaml:1: input: expected ticks or bars, got "trades"');
    expect(() => parseReplayConfig('windw: 30', 'c.yaml')).toThrow('c.yaml:1: windw: unknown key; did you mean window?');
    expect(() => parseReplayConfig('window: 20', 'c.yaml')).toThrow('c.yaml: min_obs: expected at most window, 20');
  });
});
