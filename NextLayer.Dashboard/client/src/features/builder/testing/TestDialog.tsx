import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiError, request } from "@/shared/api/http";
import { recentRunsQuery } from "@/shared/api/queries";
import type { PipelineVersion, Run } from "@/shared/api/types";
import { inputErrors, Refusal, RunInputFields, RunInputSwitch, useRunInput } from "@/shared/form/RunInput";
import { isFinished, RUN_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { relative } from "@/shared/time/format";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Field, Select } from "@/shared/ui/Form";
import { Dialog } from "@/shared/ui/Overlay";
import { SkeletonRows } from "@/shared/ui/States";

/** Runs whose outputs are offered. */
const RECENT = 5;

interface Props {
  version: PipelineVersion;
  /** The last step that is tested; null for all. */
  upTo: { id: string; label: string } | null;
  /** Whether steps stand before that one. */
  follows: boolean;
  onStarted: (runId: string) => void;
  onClose: () => void;
}

/** Asks for the input of a test, which begins as that of the pipeline's last run. */
export function TestDialog(props: Props) {
  const recent = useQuery({ ...recentRunsQuery({ pipelineId: props.version.pipeline_id, limit: RECENT }), refetchInterval: false, gcTime: 0 });
  if (recent.isPending)
    return (
      <Dialog open onOpenChange={props.onClose} title={titleOf(props)} wide>
        <SkeletonRows rows={3} />
      </Dialog>
    );
  return <Asking {...props} recent={recent.data?.items ?? []} />;
}

function titleOf({ version, upTo }: Props): string {
  return upTo ? text.builder.test.titleUpTo(version.version, upTo.label) : text.builder.test.title(version.version);
}

function Asking(props: Props & { recent: readonly Run[] }) {
  const { version, upTo, follows, recent, onStarted, onClose } = props;
  const ended = recent.filter((run) => isFinished(run.status));
  const client = useQueryClient();
  const input = useRunInput(version.input_schema, recent[0]?.parameters);
  // Whoever tests a step for the second time wants neither to wait for those before it nor to have them call out again.
  const [source, setSource] = useState(follows ? (ended[0]?.id ?? "") : "");
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  // One wish, one run: whatever is clicked twice or sent again. A changed wish is another.
  const [key, setKey] = useState(() => crypto.randomUUID());
  useEffect(() => setKey(crypto.randomUUID()), [input.value, input.text, input.mode, source]);
  const start = useMutation({
    mutationFn: () => request<{ id: string }>(`/api/v1/workflows/${version.id}/test`, { method: "POST", body: { input: input.input, ...(upTo ? { up_to: upTo.id } : {}), ...(source ? { outputs_of: source } : {}) }, tenantId: version.tenant_id, idempotencyKey: key }),
    meta: { quiet: true },
    onSuccess: ({ data }) => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      onStarted(data.id);
    },
    onError: (error) => error instanceof ApiError && setErrors(inputErrors(error.fields, "input")),
  });
  const submit = () => {
    const lacking = input.lacking();
    setErrors(lacking);
    if (Object.keys(lacking).length === 0 && !input.error) start.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={titleOf(props)}
      description={text.builder.test.description}
      wide
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" icon={FlaskConical} type="submit" form="test" busy={start.isPending} disabled={input.error !== null}>
            {text.builder.test.action}
          </Button>
        </>
      }
    >
      <form
        id="test"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {follows && ended.length > 0 && (
          <Field label={text.builder.test.before} hint={source ? text.builder.test.beforeHint : undefined}>
            {(ids) => (
              <Select {...ids} value={source} onChange={(event) => setSource(event.target.value)}>
                <option value="">{text.builder.test.beforeRun}</option>
                {ended.map((run) => (
                  <option key={run.id} value={run.id}>
                    {text.builder.test.beforeTake(shortId(run.id), RUN_LOOKS[run.status].word, relative(Date.parse(run.created_at), Date.now()))}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <RunInputSwitch state={input} />
        <RunInputFields state={input} errors={errors} rows={10} />
      </form>
      {start.isError && <Refusal sentence={start.error.message} errors={errors} />}
    </Dialog>
  );
}
