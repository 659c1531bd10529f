/** A text as a cell of a CSV file, in quotes where it must be (RFC 4180). */
export function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
