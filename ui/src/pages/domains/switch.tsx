import { useState } from "react";
import { useSwitch, useTurn } from "@/lib/automation";
import { useCould } from "@/lib/rights";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { ReasonDialog } from "@/parts/reason";

/** The one big switch: stops all automation, or lets it go on; both want a reason. */
export function KillSwitch() {
  const [isOpen, setOpen] = useState(false);
  const { data } = useSwitch();
  const turn = useTurn();
  const mayTurn = useCould("admin");
  if (!data) return null;
  const is = data.is_stopped;
  const name = t(is ? "switch.start" : "switch.stop");
  return (
    <>
      <Button
        look={is ? "main" : "alarm"}
        className="min-h-10 px-4 text-base font-semibold"
        disabled={!mayTurn}
        onClick={() => setOpen(true)}
      >
        <span aria-hidden>{is ? "▶" : "■"}</span> {name}
      </Button>
      <ReasonDialog
        open={isOpen}
        onOpenChange={setOpen}
        title={name}
        lead={t(is ? "switch.start.lead" : "switch.stop.lead")}
        does={name}
        look={is ? "main" : "alarm"}
        run={(why) => turn(!is, why)}
      />
    </>
  );
}
