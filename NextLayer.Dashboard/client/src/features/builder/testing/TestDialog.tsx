import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiError, request } from "@/shared/api/http";
import { recentRunsQuery } from "@/shared/api/queries";
import type { Json, PipelineVersion } from "@/shared/api/types";
import { inputErrors, Refusal, RunInputFields, RunInputSwitch, useRunInput } from "@/shared/form/RunInput";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Overlay";
import { SkeletonRows } from "@/shared/ui/States";

interface Props {
  version: PipelineVersion;
  /** The last step that is tested; null for all. */
  upTo: { id: string; label: string } | null;
  onStarted: (runId: string) => void;
  onClose: () => void;
}

/** Asks for the input of a test, which begins as that of the pipeline's last run. */
export function TestDialog(props: Props) {
  const recent = useQuery({ ...recentRunsQuery({ pipelineId: props.version.pipeline_id, limit: 1 }), refetchInterval: false, gcTime: 0 });
  if (recent.isPending)
    return (
      <Dialog open onOpenChange={props.onClose} title={titleOf(props)} wide>
        <SkeletonRows rows={3} />
      </Dialog>
    );
  return <Asking {...props} first={recent.data?.items[0]?.parameters} />;
}

function titleOf({ version, upTo }: Props): string {
  return upTo ? `Test ${version.version} up to ${upTo.label}` : `Test ${version.version}`;
}

function Asking(props: Props & { first: Json | undefined }) {
  const { version, upTo, first, onStarted, onClose } = props;
  const client = useQueryClient();
  const input = useRunInput(version.input_schema, first);
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  // One wish, one run: whatever is clicked twice or sent again. A changed wish is another.
  const [key, setKey] = useState(() => crypto.randomUUID());
  useEffect(() => setKey(crypto.randomUUID()), [input.value, input.text, input.mode]);
  const start = useMutation({
    mutationFn: () => request<{ id: string }>(`/api/v1/workflows/${version.id}/test`, { method: "POST", body: { input: input.input, ...(upTo ? { up_to: upTo.id } : {}) }, tenantId: version.tenant_id, idempotencyKey: key }),
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
      description="Runs the draft as it is now, for real: its steps call what they call, with the connectors of this tenant. Statistics leave it out."
      wide
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" icon={FlaskConical} type="submit" form="test" busy={start.isPending} disabled={input.error !== null}>
            Start the test
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
        <RunInputSwitch state={input} />
        <RunInputFields state={input} errors={errors} rows={10} />
      </form>
      {start.isError && <Refusal sentence={start.error.message} errors={errors} />}
    </Dialog>
  );
}
