/** Texts by name: one catalogue, with places for values in braces; another language is one more. */

import { en } from "@/words/en";

let catalogue: Record<string, string> = { ...en };

/** Add a page's texts to the catalogue; pages do it when they are loaded. */
export function speak(words: Record<string, string>): void {
  catalogue = { ...catalogue, ...words };
}

export function t(name: string, values: Record<string, string | number> = {}): string {
  const text = catalogue[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key: string) =>
    key in values ? String(values[key]) : whole,
  );
}
