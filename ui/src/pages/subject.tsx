import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useView } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { Actions, Incidents, Rest, Where } from "@/pages/subject/around";
import { MONTH, useCare, useCase, useUses } from "@/pages/subject/data";
import { Head, mask } from "@/pages/subject/head";
import { Say } from "@/pages/subject/say";
import { Score } from "@/pages/subject/score";
import { UseList } from "@/pages/subject/uses";
import { Verdict } from "@/pages/subject/verdict-panel";
import { remember } from "@/pages/subjects/recent";
import { Answer } from "@/parts/states";
import { subject as words } from "@/words/subject";
import { subjects } from "@/words/subjects";

speak(subjects);
speak(words);

/** One subject: the verdict and what to say first, then the evidence. */
export default function Page() {
  const { subject } = useParams({ strict: false }) as { subject: string };
  const view = useView();
  const care = useCare(subject);
  const about = useCase(subject, care.data);
  const month = useUses(subject, { ...MONTH, service: view.svc });
  const verdict = care.data?.verdict;
  useEffect(() => {
    if (verdict) remember({ subject, masked: mask(subject), verdict, at: Date.now() });
  }, [subject, verdict]);
  return (
    <>
      <Head subject={subject} care={care.data} about={about.data} />
      <Answer of={care} what={t("subject.what")} height={400}>
        {(told) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <Verdict care={told} />
              <Say care={told} />
            </div>
            <Score subject={subject} />
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
                <UseList subject={subject} />
                <Answer of={month} what={t("where.title")}>
                  {(found) => <Where members={found.members} />}
                </Answer>
              </div>
              <Answer of={about} what={t("action.title")}>
                {(found) => (
                  <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
                    <Actions about={found} />
                    <Incidents care={told} />
                    <Rest care={told} about={found} />
                  </div>
                )}
              </Answer>
            </div>
          </div>
        )}
      </Answer>
    </>
  );
}
