import { Link } from "@tanstack/react-router";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { Use } from "@/pages/subject/data";
import { Dialog } from "@/parts/dialog";
import { Grade } from "@/parts/grade";

/** One use: the way it went, and what each domain cost it. */
export function OneUse(props: { use: Use; onClose: () => void }) {
  const { use } = props;
  const view = useView();
  const most = Math.max(...Object.values(use.lost), 0.01);
  const title = `${use.service.replaceAll("_", " ")}, ${moment(Date.parse(use.at), view.tz)}`;
  return (
    <Dialog open onOpenChange={props.onClose} title={title} lead={`${use.at} UTC`} side>
      <p className="mb-4 text-xl">
        <Grade value={use.mos} word />
      </p>
      <h3 className="mb-1 font-semibold">{t("use.lost")}</h3>
      {Object.keys(use.lost).length ? (
        <table className="mb-4 w-full">
          <tbody>
            {Object.entries(use.lost).map(([domain, lost]) => (
              <tr key={domain}>
                <th scope="row" className="w-28 py-0.5 text-left font-normal">
                  {domain}
                </th>
                <td>
                  <span
                    aria-hidden
                    className="block h-3 rounded-sm bg-warn"
                    style={{ width: `${(100 * lost) / most}%` }}
                  />
                </td>
                <td className="w-14 text-right">{lost.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="mb-4 text-soft">{t("use.lost.none")}</p>
      )}
      <h3 className="mb-1 font-semibold">{t("use.path")}</h3>
      <dl className="grid grid-cols-[8rem_1fr] gap-x-3 gap-y-1">
        {Object.entries(use.path).map(([name, member]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name.replaceAll("_", " ")}</dt>
            <dd className="break-all">
              <Link
                to={"/overview" as never}
                search={context(view, { dim: name, member }) as never}
                className="inline-block min-h-6 text-accent underline"
              >
                {member}
              </Link>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
