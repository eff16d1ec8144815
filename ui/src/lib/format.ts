/** Numbers as people read them, by the locale of the browser. */

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const share = new Intl.NumberFormat(undefined, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export const NONE = "–";

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => value !== null && value !== undefined && !Number.isNaN(value);

export const count = (value: Maybe): string => (known(value) ? plain.format(value) : NONE);
export const compact = (value: Maybe): string => (known(value) ? short.format(value) : NONE);
export const mos = (value: Maybe): string => (known(value) ? two.format(value) : NONE);
export const percent = (value: Maybe): string => (known(value) ? share.format(value) : NONE);

/** Say what scope is meant: `cell cell-0123, service video`. */
export function scopeText(scope: Record<string, string>): string {
  const parts = Object.entries(scope).map(([name, member]) => `${name.replaceAll("_", " ")} ${member}`);
  return parts.join(", ") || "everything";
}

export interface Grade {
  at: 1 | 2 | 3 | 4 | 5;
  letter: "A" | "B" | "C" | "D" | "E";
  word: string;
}

const GRADES: Grade[] = [
  { at: 1, letter: "E", word: "bad" },
  { at: 2, letter: "D", word: "poor" },
  { at: 3, letter: "C", word: "fair" },
  { at: 4, letter: "B", word: "good" },
  { at: 5, letter: "A", word: "excellent" },
];

/** Give the grade of a mean opinion score (ITU-T P.800: 1 bad to 5 excellent). */
export function gradeOf(value: Maybe): Grade | undefined {
  if (!known(value)) return undefined;
  const at = value < 1.8 ? 0 : value < 2.6 ? 1 : value < 3.4 ? 2 : value < 4.0 ? 3 : 4;
  return GRADES[at];
}
