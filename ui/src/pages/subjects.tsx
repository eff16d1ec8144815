import { useMay, useMe } from "@/lib/me";
import { speak, t } from "@/lib/words";
import { Finder } from "@/pages/subjects/finder";
import { GroupList } from "@/pages/subjects/groups";
import { Lookup } from "@/pages/subjects/lookup";
import { RecentList } from "@/pages/subjects/recent";
import { Sufferers } from "@/pages/subjects/sufferers";
import { PageTitle } from "@/parts/panel";
import { subject } from "@/words/subject";
import { subjects as words } from "@/words/subjects";

speak(subject);
speak(words);

/** Find somebody; or those who suffer and have not called. Without the right to it: groups only. */
export default function Page() {
  const { data } = useMe();
  const may = useMay("read");
  if (!data) return null;
  if (!may) {
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <PageTitle title={t("subjects.groups")} />
        <GroupList />
      </div>
    );
  }
  return (
    <>
      <Finder />
      <div className="mt-2 grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <Sufferers />
          <GroupList />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <Lookup />
          <RecentList />
        </div>
      </div>
    </>
  );
}
