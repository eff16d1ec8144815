/** What is seen, as a file: each carries its title, filters, range, zone, freshness and address. */

import { iso } from "@/lib/time";
import type { Span, View } from "@/lib/view";

export interface About {
  title: string;
  view: View;
  span: Span;
  asOf: number;
}

export type Cell = string | number | null | undefined;

export function aboutLines(about: About): [string, string][] {
  const { view } = about;
  const used = ["from", "to", "tz"];
  const filters = Object.entries(view)
    .filter(([name, value]) => value && !used.includes(name))
    .map(([name, value]) => `${name}=${value}`);
  return [
    ["title", about.title],
    ["range", `${about.span.since} to ${about.span.until}`],
    ["time zone", view.tz],
    ["filters", filters.join(", ") || "none"],
    ["data as of", iso(about.asOf)],
    ["address", location.href],
  ];
}

export function toCsv(about: About, columns: string[], rows: Cell[][]): string {
  const head = aboutLines(about).map(([name, value]) => `# ${name}: ${value.replaceAll("\n", " ")}`);
  const lines = [columns, ...rows].map((row) => row.map(quoted).join(","));
  return `${[...head, ...lines].join("\r\n")}\r\n`;
}

/** Quote a cell (RFC 4180); what a spreadsheet would take for a formula is told as text. */
function quoted(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+@\t\r-]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

export function saveCsv(about: About, columns: string[], rows: Cell[][]): void {
  save(`${fileName(about)}.csv`, new Blob([toCsv(about, columns, rows)], { type: "text/csv" }));
}

export function fileName(about: About): string {
  const words = about.title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `sentio-${words}-${about.span.until.replaceAll(":", "")}`;
}

/** Draw what a canvas or an SVG shows under a heading that says what it is. */
export async function savePng(about: About, drawn: HTMLCanvasElement | SVGSVGElement): Promise<void> {
  const style = getComputedStyle(document.documentElement);
  const lines = aboutLines(about).slice(0, 5);
  const box = drawn.getBoundingClientRect();
  const [width, height, line] = [Math.max(box.width, 480), box.height, 18];
  const canvas = document.createElement("canvas");
  const scale = 2;
  canvas.width = (width + 24) * scale;
  canvas.height = (height + lines.length * line + 36) * scale;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(scale, scale);
  pen.fillStyle = style.getPropertyValue("--panel");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.getPropertyValue("--ink");
  lines.forEach(([name, value], at) => {
    pen.font = at ? "12px sans-serif" : "bold 15px sans-serif";
    pen.fillText(at ? `${name}: ${value}` : value, 12, 20 + at * line);
  });
  const picture = drawn instanceof HTMLCanvasElement ? drawn : await drawnSvg(drawn);
  pen.drawImage(picture, 12, lines.length * line + 24, box.width, height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) save(`${fileName(about)}.png`, blob);
}

/** Turn an SVG into a picture; colours that are named by the page are made its own. */
async function drawnSvg(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((each, at) => {
    const { fill, stroke, fontSize, fontFamily, opacity } = getComputedStyle(each);
    const target = to[at] as SVGElement;
    Object.assign(target.style, { fill, stroke, fontSize, fontFamily, opacity });
  });
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const text = new XMLSerializer().serializeToString(copy);
  const picture = new Image();
  picture.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await picture.decode();
  return picture;
}
