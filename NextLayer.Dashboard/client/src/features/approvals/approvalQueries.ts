import { queryOptions } from "@tanstack/react-query";
import { toQuery } from "@/shared/api/http";
import { tenantsQuery } from "@/shared/api/queries";
import { queryClient } from "@/app/queryClient";
import { listInTenants } from "@/shared/api/tenancy";
import type { Json, JsonObject } from "@/shared/api/types";

export interface Decision {
  by: string;
  approved: boolean;
  comment: string | null;
  data: Json;
  at: string;
}

export interface Approval {
  tenant_id: string;
  run_id: string;
  step_id: string;
  generation: number;
  attempt: number;
  workflow_id: string;
  workflow_name: string;
  status: "waiting" | "approved" | "rejected" | "cancelled";
  title: string | null;
  instructions: string | null;
  show: Json;
  approvers: { users?: string[]; groups?: string[]; roles?: string[] } | null;
  required: number;
  form: JsonObject | null;
  escalated: boolean;
  escalate_to: string[];
  requested_at: string;
  deadline_at: string | null;
  decided_at: string | null;
  decisions: Decision[];
}

const PER_PAGE = 100;

export const approvalsQuery = (tenantIds: readonly string[], status: Approval["status"], runId?: string) =>
  queryOptions({
    queryKey: ["approvals", { tenantIds, status, runId }],
    queryFn: ({ signal }) => listInTenants<Omit<Approval, "tenant_id">>(`/api/v1/approvals${toQuery({ status, run_id: runId, per_page: PER_PAGE })}`, tenantIds, signal),
    refetchInterval: 5_000,
  });

/** How many wait for somebody, for the navigation. */
export const approvalsCountQuery = (tenantId: string | null) =>
  queryOptions({
    queryKey: ["approvals", "count", tenantId],
    queryFn: async ({ signal }) => {
      const tenants = tenantId ? [tenantId] : (await queryClient.ensureQueryData(tenantsQuery("", 0, 100))).items.slice(0, 20).map((tenant) => tenant.id);
      const waiting = await listInTenants(`/api/v1/approvals${toQuery({ status: "waiting", per_page: PER_PAGE })}`, tenants, signal);
      return { count: waiting.length, more: waiting.length >= PER_PAGE };
    },
    // A control plane that has no approvals is not asked for them again and again.
    refetchInterval: (query) => (query.state.error ? false : 10_000),
    retry: false,
  });
