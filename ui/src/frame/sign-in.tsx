import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { address, ApiError, send } from "@/lib/api";
import { useMe } from "@/lib/me";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

/** Where nobody is known yet: a key of the API, or the organisation's own sign-in. */
export function SignIn() {
  const [key, setKey] = useState("");
  const hasFailed = new URLSearchParams(location.search).get("signin") === "failed";
  const [wrong, setWrong] = useState(hasFailed ? t("signin.failed") : "");
  const client = useQueryClient();
  const { data } = useMe();
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await send("POST", "session", { key });
      await client.invalidateQueries();
    } catch (error) {
      setWrong(error instanceof ApiError && error.status === 401 ? t("signin.wrong") : String(error));
    }
  };
  return (
    <main className="mx-auto mt-[18vh] grid w-[min(24rem,92vw)] gap-4 rounded-lg border bg-panel p-6">
      <h1 className="flex items-center gap-2 text-xl font-semibold">
        <img src="./sentio.svg" alt="" width={26} height={26} /> {t("signin.title")}
      </h1>
      <form onSubmit={(event) => void enter(event)} className="grid gap-3">
        <label className="grid gap-1">
          <span className="text-soft">{t("signin.key")}</span>
          <input
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            className="rounded border bg-page px-2 py-1.5"
            aria-invalid={wrong ? true : undefined}
            aria-describedby={wrong ? "signin-wrong" : undefined}
          />
        </label>
        {wrong ? (
          <p id="signin-wrong" role="alert" className="text-alarm">
            {wrong}
          </p>
        ) : null}
        <Button type="submit" look="main">
          {t("signin.go")}
        </Button>
      </form>
      {data?.sign_in.oidc ? (
        <a className="text-accent underline" href={address("session/oidc")}>
          {t("signin.oidc")}
        </a>
      ) : null}
    </main>
  );
}
