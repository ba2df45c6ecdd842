import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { CloudOff, Eye, EyeOff, LogIn } from "lucide-react";
import { useEffect, useState } from "react";
import { meQuery } from "@/shared/access/me";
import { ApiError, post, sentenceOf } from "@/shared/api/http";
import { text } from "@/shared/text";
import { Button, IconButton } from "@/shared/ui/Button";
import { CONTROL, Field } from "@/shared/ui/Form";
import { Empty, Skeleton } from "@/shared/ui/States";
import { cx } from "@/shared/ui/cx";

const route = getRouteApi("/sign-in");

/** Takes an API key or a token. The server keeps it in an encrypted cookie; the page forgets it at once. */
export function SignInPage() {
  const { to } = route.useSearch();
  const me = useQuery(meQuery());
  useEffect(() => {
    document.title = text.common.documentTitle(text.session.signIn);
  }, []);
  // Once it was answered the form stays, with what was typed, however often the page asks again.
  const [asked, setAsked] = useState(me.isFetched);
  if (me.isFetched && !asked) setAsked(true);
  // Somebody is known, or nobody needs to be.
  if (me.isSuccess && !me.isFetching) return <Navigate to="/" href={to ?? "/"} replace />;
  const away = me.error instanceof ApiError && me.error.isUnreachable;
  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-6 shadow-pop">
        <div className="mb-5 flex flex-col items-center gap-3 text-center">
          <img src="/favicon.svg" alt="" className="size-10" />
          <h1 className="text-xl font-semibold tracking-tight">{text.session.title}</h1>
        </div>
        {!asked ? (
          <Skeleton className="h-28 w-full" />
        ) : away ? (
          <Empty icon={CloudOff} title={text.failure.unreachable}>
            {text.session.asksAgain}
          </Empty>
        ) : (
          <SignInForm />
        )}
      </div>
    </main>
  );
}

function SignInForm() {
  const client = useQueryClient();
  const [credential, setCredential] = useState("");
  const [shown, setShown] = useState(false);
  const signIn = useMutation({
    // People also paste whole headers.
    mutationFn: () => post("/session", { credential: credential.trim().replace(/^(authorization:\s*)?bearer\s+|^x-api-key:\s*/i, "") }),
    meta: { quiet: true },
    onSuccess: () => client.resetQueries({ queryKey: ["me"] }),
    onError: (error) => {
      if (error instanceof ApiError && error.type === "authentication_off") void client.resetQueries({ queryKey: ["me"] });
    },
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (credential.trim() && !signIn.isPending) signIn.mutate();
      }}
    >
      <Field label={text.session.credential} hint={text.session.credentialHint} error={signIn.isError ? sentenceOf(signIn.error) : undefined}>
        {(ids) => (
          <span className="relative">
            <input
              {...ids}
              autoFocus
              type={shown ? "text" : "password"}
              value={credential}
              onChange={(event) => setCredential(event.target.value)}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="nlk_…"
              className={cx(CONTROL, "h-10 pr-10 font-mono")}
            />
            <IconButton label={shown ? text.session.hide : text.session.show} icon={shown ? EyeOff : Eye} className="absolute top-1 right-1" onClick={() => setShown(!shown)} />
          </span>
        )}
      </Field>
      <Button kind="primary" type="submit" icon={LogIn} className="h-10" busy={signIn.isPending} disabled={!credential.trim()}>
        {text.session.signIn}
      </Button>
      <p className="text-xs text-ink-3">{text.session.kept}</p>
    </form>
  );
}
