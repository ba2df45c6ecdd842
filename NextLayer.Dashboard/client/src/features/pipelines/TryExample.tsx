import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import { tenantsQuery } from "@/shared/api/queries";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";

/** For whoever has nothing yet: makes and publishes an example, and shows a run of it. */
export function TryExample() {
  const { tenantId } = usePrefs();
  const tenants = useQuery({ ...tenantsQuery("", 0, 100), enabled: tenantId === null }).data?.items;
  const owner = tenantId ?? tenants?.at(-1)?.id;
  const client = useQueryClient();
  const navigate = useNavigate();
  const [wish] = useState(() => crypto.randomUUID());
  const make = useMutation({
    mutationFn: async (tenant: string) => {
      const { default: example } = await import("../../../../../examples/branch-by-amount.json");
      const { try: tried, ...workflow } = example;
      const { id } = await post<{ id: string }>("/api/v1/workflows", workflow, { tenantId: tenant, idempotencyKey: `${wish}-workflow` });
      await post(`/api/v1/workflows/${id}/publish`, {}, { tenantId: tenant });
      return post<{ id: string }>(`/api/v1/workflows/${id}/run`, { input: tried.input }, { tenantId: tenant, idempotencyKey: `${wish}-run` });
    },
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ["pipelines"] });
      void client.invalidateQueries({ queryKey: ["versions"] });
      void navigate({ to: "/runs/$runId", params: { runId: run.id } });
    },
  });
  return (
    <Button icon={FlaskConical} needs="workflows.publish" tenant={owner} disabled={!owner} busy={make.isPending} onClick={() => owner && make.mutate(owner)}>
      {text.pipelines.tryExample}
    </Button>
  );
}
