/** What the range is compared with: chosen here, kept in the URL, told with its times. */

import { COMPARES, type Window } from "@/pages/service/ask";
import { moment } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";

export function Compare() {
  const [view, change] = [useView(), useChange()];
  return (
    <label className="flex items-center gap-2">
      <span className="text-soft">{t("compare.label")}</span>
      <select
        className="min-h-7 rounded border bg-raised px-2 py-0.5"
        value={view.compare ?? "auto"}
        onChange={(event) => {
          const { value } = event.target;
          change({ compare: value === "auto" ? undefined : value });
        }}
      >
        {COMPARES.map((each) => (
          <option key={each} value={each}>
            {t(`compare.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function useToldWindow(against: Window | null): string {
  const { tz } = useView();
  if (!against) return t("compare.none");
  const [since, until] = [against.since, against.until].map((at) => moment(Date.parse(at), tz));
  return t("compare.with", { since: since ?? "", until: until ?? "" });
}
