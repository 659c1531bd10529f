/** Attributes of an element; numbers are written with two decimals at most, which is finer than a screen. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An SVG (or HTML) element with its attributes escaped; children are markup already (see `escapeText`). */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeText(typeof value === 'number' ? rounded(value) : value)}"`,
  );
  return `<${name}${pairs.join('')}>${children.join('')}</${name}>`;
}

/** A text as markup that shows it: what a symbol is called cannot become an element or a script. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A coordinate as text. */
export function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}
