import { useQueryClient } from "@tanstack/react-query";
import { send } from "@/lib/api";
import { useMe } from "@/lib/me";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

/** Who is signed in, and the way out; nothing where nobody need sign in. */
export function Who() {
  const { data } = useMe();
  const client = useQueryClient();
  if (!data?.sign_in.is_needed || !data.name) return null;
  const out = async () => {
    await send("DELETE", "session");
    client.clear(); // nothing of what was seen stays
    location.reload();
  };
  return (
    <Button
      onClick={() => void out()}
      title={t("signin.as", { name: data.name, roles: data.roles.join(", ") })}
      aria-label={`${t("signin.out")} (${data.name})`}
    >
      {t("signin.out")}
    </Button>
  );
}
