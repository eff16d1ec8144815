import { speak, t } from "@/lib/words";
import { PageTitle } from "@/parts/panel";
import { IncidentList } from "@/pages/overview/incidents";
import { CellMap } from "@/pages/overview/map/map";
import { Sentence } from "@/pages/overview/sentence";
import { ServiceTiles } from "@/pages/overview/tiles";
import { WorstList } from "@/pages/overview/worst";
import { overview } from "@/words/overview";

speak(overview);

const MAP_PX = 396;
const LIST_PX = 172; // two of them and what is between are as high as the map

/** How everybody fares now, where it is bad, why, and service by service. */
export default function Page() {
  return (
    <div className="grid gap-3">
      <div>
        <PageTitle title={t("nav.overview")} />
        <Sentence />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)]">
        <CellMap height={MAP_PX} />
        <div className="grid min-w-0 content-start gap-3">
          <WorstList height={LIST_PX} />
          <IncidentList height={LIST_PX} />
        </div>
      </div>
      <ServiceTiles />
    </div>
  );
}
