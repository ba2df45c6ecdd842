import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FastForward } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { JsonObject, Run } from "@/shared/api/types";
import { parseLoose } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { CONTROL, Field } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Confirm } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import type { Attempt } from "./fold";
import { delayOutput, WAIT_WORDS, type EndableWait } from "./waits";

interface Props {
  run: Run;
  stepId: string;
  wait: EndableWait;
  /** The attempt that waits. */
  attempt: Attempt | null | undefined;
  className?: string;
}

/** Ends a step's wait by hand. */
export function GoOn({ run, stepId, wait, attempt, className }: Props) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState(WAIT_WORDS[wait].output);
  const { action, title, note } = WAIT_WORDS[wait];
  const parsed = parseLoose(typed);
  const data: JsonObject | null = parsed.value === undefined ? {} : object(parsed.value);
  const wrong = parsed.error ?? (data ? undefined : text.run.goOn.notObject);
  const resume = useMutation({
    mutationFn: () => post(`/api/v1/runs/${run.id}/resume`, { step_id: stepId, data: wait === "timer" ? delayOutput(attempt, Date.now()) : data }, { tenantId: run.tenant_id }),
    meta: { quiet: true },
    onSuccess: () => {
      toast(text.run.goOn.done);
      setAsking(false);
      void client.invalidateQueries({ queryKey: ["run", run.id] });
    },
  });
  return (
    <>
      <Button
        small
        icon={FastForward}
        needs="approvals.decide"
        tenant={run.tenant_id}
        className={className}
        onClick={() => {
          resume.reset();
          setAsking(true);
        }}
      >
        {action}
      </Button>
      <Confirm open={asking} onOpenChange={setAsking} title={title} action={action.replace("…", "")} busy={resume.isPending} disabled={Boolean(wrong)} onConfirm={() => resume.mutate()}>
        <div className="flex flex-col gap-3 text-sm">
          <p className="text-ink-2">
            {text.run.goOn.step(<code>{stepId}</code>, note)}
          </p>
          {wait !== "timer" && (
            <Field label={text.run.goOn.output} error={wrong}>
              {(ids) => <textarea {...ids} rows={5} spellCheck={false} className={cx(CONTROL, "py-1.5 font-mono text-xs")} value={typed} onChange={(event) => setTyped(event.target.value)} />}
            </Field>
          )}
          <FormError error={resume.error} />
        </div>
      </Confirm>
    </>
  );
}
