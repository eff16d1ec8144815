/** Reads the text format of Prometheus (0.0.4): a line a sample, comments told apart. */

export interface Metric {
  name: string;
  labels: string;
  value: number;
  help: string;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LEFT_OUT = /_(bucket|created)$/; // a histogram is told by its sum and count

export function parsed(text: string): Metric[] {
  const help = new Map<string, string>();
  const found: Metric[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("# HELP ")) {
      const [name = "", ...words] = line.slice(7).split(" ");
      help.set(name, words.join(" "));
    }
    const sample = line.startsWith("#") ? null : SAMPLE.exec(line);
    if (!sample) continue;
    const [, name = "", labels = "", value = ""] = sample;
    if (LEFT_OUT.test(name)) continue;
    const base = name.replace(/_(sum|count|total)$/, "");
    found.push({ name, labels, value: Number(value), help: help.get(name) ?? help.get(base) ?? "" });
  }
  return found;
}
