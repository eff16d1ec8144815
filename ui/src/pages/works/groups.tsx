import { count } from "@/lib/format";
import { t } from "@/lib/words";

const SHOWN = 6;
const LEAST = 0.05; // below, it would be shown as 0.0

/** Expected subjects by group: the number, and a bar beside it. */
export function Groups(props: { title: string; of: Record<string, number> }) {
  const rows = Object.entries(props.of).filter(([, value]) => value >= LEAST);
  rows.sort((a, b) => b[1] - a[1]);
  const most = Math.max(...rows.map(([, value]) => value), 1e-9);
  return (
    <table className="h-fit w-full">
      <caption className="pb-1 text-left font-semibold">{props.title}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{t("works.group")}</th>
          <th scope="col">{t("works.group.count")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, SHOWN).map(([name, value]) => (
          <tr key={name} className="border-t">
            <th scope="row" className="max-w-40 truncate py-1 pr-2 text-left font-normal">
              {name.replaceAll("_", " ") || "–"}
            </th>
            <td className="w-16 py-1 pr-2 text-right">{value < 10 ? value.toFixed(1) : count(value)}</td>
            <td aria-hidden className="w-1/2 py-1">
              <span
                className="block h-2 rounded-sm bg-accent"
                style={{ width: `${Math.max((value / most) * 100, 1)}%` }}
              />
            </td>
          </tr>
        ))}
        {rows.length ? null : (
          <tr className="border-t">
            <td className="py-1 text-soft">{t("works.group.none")}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
