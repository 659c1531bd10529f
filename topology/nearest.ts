/**
 * The known word that a mistyped one most likely meant, or null where none is near: fewer than a third of its letters changed
 * (a letter added, dropped, replaced, or swapped with its neighbour counts one), or the one is the beginning of the other.
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const plain = normal(word);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, normal(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? known.find((candidate) => plain.length >= 3 && normal(candidate).startsWith(plain)) ?? null;
}

/** `commitIntervalMs` and `commit-interval-ms` are `commit_interval_ms`. */
function normal(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
