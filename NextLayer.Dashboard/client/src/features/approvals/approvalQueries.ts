import { queryOptions } from "@tanstack/react-query";
import { ApiError, get, request, toQuery } from "@/shared/api/http";
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
  by_link: boolean;
  invited_by: string | null;
}

/** A question as whoever decides sees it, signed in or not. */
export interface Question {
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

export interface Approval extends Question {
  tenant_id: string;
}

/** A link to one approval, without its secret. */
export interface ApprovalLink {
  id: string;
  step_id: string;
  generation: number;
  attempt: number;
  approver: string;
  invited_by: string | null;
  expires_at: string;
  withdrawn_at: string | null;
}

export interface NewApprovalLink extends ApprovalLink {
  path: string;
}

/** What a link opens. */
export interface Invitation {
  approver: string;
  invited_by: string | null;
  tenant_name: string;
  expires_at: string;
  approval: Question;
  decision: Decision | null;
  refusal: string | null;
}

const PER_PAGE = 100;

export const approvalsQuery = (tenantIds: readonly string[], status: Approval["status"], runId?: string) =>
  queryOptions({
    queryKey: ["approvals", { tenantIds, status, runId }],
    queryFn: ({ signal }) => listInTenants<Question>(`/api/v1/approvals${toQuery({ status, run_id: runId, per_page: PER_PAGE })}`, tenantIds, signal),
    refetchInterval: 5_000,
  });

/** Links to one question that can be used now. */
export const linksQuery = (approval: Approval) =>
  queryOptions({
    queryKey: ["approval-links", approval.run_id, approval.step_id, approval.generation, approval.attempt],
    queryFn: async ({ signal }) => {
      const links = await get<ApprovalLink[]>(`/api/v1/runs/${approval.run_id}/approval-links`, { tenantId: approval.tenant_id, signal });
      return links.filter(
        (each) =>
          each.step_id === approval.step_id && each.generation === approval.generation && each.attempt === approval.attempt && each.withdrawn_at === null && Date.parse(each.expires_at) > Date.now(),
      );
    },
  });

/** The link is worth nothing, and never will be. */
export const isOver = (error: Error | null): error is ApiError => error instanceof ApiError && (error.status === 410 || error.isNotFound);

/** The question that a link asks; asked again while it is open, since others may decide meanwhile. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => request<Invitation>("/api/v1/approval-links/open", { method: "POST", body: { token }, signal }).then((answer) => answer.data),
    retry: false,
    refetchInterval: (query) => (isOver(query.state.error) || (query.state.data && query.state.data.approval.status !== "waiting") ? false : 10_000),
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
