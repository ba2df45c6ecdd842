import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Me, Role } from "@/shared/access/access";
import { request, toQuery } from "@/shared/api/http";

export const MEMBERS_A_PAGE = 50;

export interface Member {
  id: string;
  /** Null for a role in every tenant. */
  tenant_id: string | null;
  kind: Me["kind"];
  subject: string;
  name: string | null;
  email: string | null;
  role: Role;
  created_at: string;
  created_by: string;
}

export const membersQuery = (tenantId: string | null, page: number) =>
  queryOptions({
    queryKey: ["members", tenantId, page],
    queryFn: async ({ signal }) => {
      const { data, headers } = await request<Member[]>(`/api/v1/members${toQuery({ page, per_page: MEMBERS_A_PAGE })}`, { tenantId: tenantId ?? undefined, signal });
      return { members: data, total: Number(headers.get("X-Total-Count") ?? data.length) };
    },
    placeholderData: keepPreviousData,
    enabled: tenantId !== null,
  });
