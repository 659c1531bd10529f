import type { Command } from 'commander';
import { definitionDifferences } from '../../topology/definition.ts';
import { buildTopology } from '../../topology/fx.ts';
import { parseSettings, type Settings } from '../../topology/settings.ts';
import { featureVersion } from '../../topology/settings-hash.ts';
import { type CompareFeaturesOptions, compareFeatures, type FeatureComparison } from '../clients/compare-features.ts';
import { RegistryOutage } from '../codec/errors.ts';
import { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { type Compared, comparedOf } from './compared.ts';
import { type Comparison, comparisonJson } from './comparison.ts';
import { renderComparison } from './comparison-text.ts';
import { type ClusterContext, loadCommandContext, loadContext, readSettingsText } from './context.ts';
import { REGISTRY_HINT } from './failure.ts';
import type { CompareOptions } from './features.ts';
import { globalOptions } from './options.ts';
import { createProgress, type Progress } from './progress.ts';

const DIFFERENT_EXIT_CODE = 1;
const TROUBLE_EXIT_CODE = 2;

/** Compares what two arguments name, prints it, and sets the exit code. Throws UserError with exit code 2 where it cannot. */
export async function runCompare(args: readonly [string, string], options: CompareOptions, command: Command): Promise<void> {
  try {
    const comparison = await compare([comparedOf(args[0]), comparedOf(args[1])], options, command);
    process.stdout.write(globalOptions(command).json ? `${JSON.stringify(comparisonJson(comparison))}\n` : renderComparison(comparison));
    if (!comparison.isEqual) process.exitCode = DIFFERENT_EXIT_CODE;
  } catch (error) {
    throw asTrouble(error);
  }
}

/** Exit code 1 is taken: it says that they differ. */
function asTrouble(error: unknown): unknown {
  if (!(error instanceof UserError || error instanceof RegistryOutage)) return error;
  const hint = error instanceof UserError ? error.hint : REGISTRY_HINT;
  return new UserError(error.message, { ...(hint === undefined ? {} : { hint }), exitCode: TROUBLE_EXIT_CODE, cause: error });
}

async function compare([a, b]: readonly [Compared, Compared], options: CompareOptions, command: Command): Promise<Comparison> {
  const isOfFiles = a.suffix === undefined && b.suffix === undefined;
  const lone = [a, b].find(({ suffix }) => suffix === undefined);
  if (lone !== undefined && !isOfFiles) {
    throw new UserError(`${lone.name} is a settings file and has no records`, {
      hint: `name its pipeline too, as in b=${lone.file}, or compare it with another file`,
      exitCode: TROUBLE_EXIT_CODE,
    });
  }
  const cluster = isOfFiles ? null : await loadContext(command);
  const main = (cluster ?? (await loadCommandContext(command))).settings;
  const [ofA, ofB] = [await settingsOf(a, main), await settingsOf(b, main)];
  const records = cluster === null ? null : await compareRecords(cluster, [a, b], options);
  const settings = ofA === null || ofB === null ? null : definitionDifferences(ofA.domain, ofB.domain);
  return {
    a: { ...a, featureVersion: ofA === null ? null : featureVersion(ofA.domain.features) },
    b: { ...b, featureVersion: ofB === null ? null : featureVersion(ofB.domain.features) },
    settings,
    records,
    isEqual: (settings ?? []).length === 0 && (records === null || areRecordsEqual(records)),
  };
}

/** The settings of one of the two; null where they are not known. */
async function settingsOf({ suffix, file }: Compared, main: Settings): Promise<Settings | null> {
  if (file === null) return suffix === null ? main : null;
  return parseSettings((await readSettingsText(file)).text, file);
}

async function compareRecords(
  context: ClusterContext,
  [a, b]: readonly [Compared, Compared],
  options: CompareOptions,
): Promise<FeatureComparison> {
  const { settings, connection, registryConnection, log, quiet, json } = context;
  let progress: Progress | null = null;
  const asked: CompareFeaturesOptions = {
    a: buildTopology(settings, a.suffix),
    b: buildTopology(settings, b.suffix),
    connection,
    registry: new Registry(registryConnection),
    log,
    ...(options.symbol === undefined ? {} : { symbols: options.symbol }),
    ...(options.timeframe === undefined ? {} : { timeframe: options.timeframe }),
    ...(options.from === undefined ? {} : { fromMs: timeOf('--from', options.from) }),
    ...(options.to === undefined ? {} : { toMs: timeOf('--to', options.to) }),
    onBegin: async (offsets) => {
      progress = await createProgress({ quiet: quiet || json, unit: 'rows', total: offsets });
    },
    onProgress: (offsets, rows) => progress?.update(offsets, rows),
  };
  try {
    const found = await compareFeatures(asked);
    if (found.both + found.a.only + found.b.only > 0) return found;
  } finally {
    (progress as Progress | null)?.stop();
  }
  // As a gate, it must not let pass what was never there.
  throw new UserError('there is no row to compare', {
    hint: 'see that --symbol, --timeframe, --from and --to leave some, and that both pipelines have run',
    exitCode: TROUBLE_EXIT_CODE,
  });
}

function timeOf(option: string, text: string): number {
  const timestampMs = Date.parse(text);
  if (!Number.isNaN(timestampMs)) return timestampMs;
  throw new UserError(`${option}: "${text}" is not a time such as 2026-01-05T00:00Z`, { exitCode: TROUBLE_EXIT_CODE });
}

function areRecordsEqual({ otherVersion, a, b, columns }: FeatureComparison): boolean {
  return otherVersion === 0 && a.only === 0 && b.only === 0 && columns.every(({ differ }) => differ === 0);
}
