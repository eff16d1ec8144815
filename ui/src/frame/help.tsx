import { boundKeys } from "@/frame/keys";
import { t } from "@/lib/words";
import { Dialog } from "@/parts/dialog";

export function Help(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={t("help.title")}>
      <table className="w-full">
        <tbody>
          <tr>
            <td className="py-1 pr-4">
              <kbd>Ctrl K</kbd>
            </td>
            <td>{t("palette.open")}</td>
          </tr>
          {props.open
            ? boundKeys().map((each) => (
                <tr key={each.keys}>
                  <td className="py-1 pr-4">
                    <kbd>{each.keys}</kbd>
                  </td>
                  <td>{each.does}</td>
                </tr>
              ))
            : null}
        </tbody>
      </table>
    </Dialog>
  );
}
