import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleX, PlugZap } from "lucide-react";
import type { Connector, ConnectorTest } from "@/shared/api/types";
import { text } from "@/shared/text";
import { duration } from "@/shared/time/format";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { toast } from "@/shared/ui/toasts";
import { testConnector } from "./connectorQueries";

/** Tries whether the other system can be reached with what is set. */
export function TestButton({ connector }: { connector: Connector }) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => testConnector(connector.id),
    onSuccess: (result) => toast(result.message, result.ok ? "info" : "error"),
    onSettled: () => client.invalidateQueries({ queryKey: ["connectors"] }),
  });
  return (
    <Button small icon={PlugZap} needs="connectors.write" tenant={connector.tenant_id} busy={test.isPending} onClick={() => test.mutate()}>
      {text.connectors.test.action}
    </Button>
  );
}

export function TestResult({ test }: { test: ConnectorTest | null | undefined }) {
  if (!test) return <span className="text-xs text-ink-3">{text.common.never}</span>;
  const Icon = test.ok ? CircleCheck : CircleX;
  return (
    <span className="flex max-w-80 items-start gap-1.5 text-xs" title={text.connectors.test.took(test.message, duration(test.duration_ms))}>
      <Icon className="mt-0.5 size-3.5 shrink-0" style={{ color: `var(--s-${test.ok ? "succeeded" : "failed"})` }} aria-label={test.ok ? text.connectors.test.works : text.connectors.test.fails} />
      <span className="min-w-0">
        <span className={test.ok ? "text-ink-2" : "line-clamp-2 text-[var(--s-failed)]"}>{test.ok ? text.connectors.test.works : test.message}</span>{" "}
        <Time at={test.checked_at} className="text-ink-3" />
      </span>
    </span>
  );
}
