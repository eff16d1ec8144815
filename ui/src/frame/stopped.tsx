import { Link } from "@tanstack/react-router";
import { useSwitch } from "@/lib/automation";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { steer } from "@/words/steer";

speak(steer);

/** On every page as long as all automation is stopped. */
export function Stopped() {
  const { data } = useSwitch();
  const view = useView();
  if (!data?.is_stopped) return null;
  const time = moment(data.at_ns / 1e6, view.tz);
  return (
    <div
      role="alert"
      data-stopped
      className="flex flex-wrap items-center gap-3 border-b border-alarm bg-raised px-4 py-1"
    >
      <p className="min-w-0 font-semibold text-alarm">
        <span aria-hidden>■ </span>
        {t("stopped.told", { time, who: data.who, why: data.why })}
      </p>
      <Link
        to={"/domains" as never}
        search={context(view) as never}
        className="inline-flex min-h-6 items-center text-accent underline"
      >
        {t("stopped.go")}
      </Link>
    </div>
  );
}
