import type { SettingDifference } from '../../topology/definition.ts';
import type { FeatureComparison } from '../clients/compare-features.ts';
import type { Compared } from './compared.ts';

/** One of the two, with what is known of its definition. */
export interface ComparedDefinition extends Compared {
  /** Null where nobody named its settings. */
  readonly featureVersion: string | null;
}

/** What a comparison came to. */
export interface Comparison {
  readonly a: ComparedDefinition;
  readonly b: ComparedDefinition;
  /** Null where the settings of one are not known. */
  readonly settings: readonly SettingDifference[] | null;
  /** Null where settings files alone were compared. */
  readonly records: FeatureComparison | null;
  readonly isEqual: boolean;
}

/** The comparison as JSON shows it; times are UTC epoch ms. */
export function comparisonJson({ a, b, settings, records, isEqual }: Comparison): object {
  const side = (definition: ComparedDefinition, ofRecords: FeatureComparison['a'] | undefined): object => ({
    name: definition.name,
    settings_file: definition.file,
    feature_version: definition.featureVersion,
    ...(ofRecords === undefined
      ? {}
      : {
          topic: ofRecords.topic,
          rows_only_here: ofRecords.only,
          rows_later_than_the_other: ofRecords.later,
          rows_repeated: ofRecords.repeated,
          versions: Object.fromEntries(ofRecords.versions),
        }),
  });
  return {
    equal: isEqual,
    a: side(a, records?.a),
    b: side(b, records?.b),
    settings,
    ...(records === null
      ? {}
      : {
          rows_on_both_sides: records.both,
          rows_of_another_version: records.otherVersion,
          columns: records.columns.map(({ column, differ, oneNull, share, maxAbs, meanAbs, firstAt }) => ({
            column,
            rows_differ: differ,
            share,
            rows_null_on_one_side: oneNull,
            max_abs: maxAbs,
            mean_abs: meanAbs,
            first_difference: firstAt,
          })),
        }),
  };
}
