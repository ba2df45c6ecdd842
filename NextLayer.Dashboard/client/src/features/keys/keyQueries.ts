import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Role } from "@/shared/access/access";
import { request, toQuery } from "@/shared/api/http";

export const KEYS_A_PAGE = 50;

export interface ApiKey {
  id: string;
  key_id: string;
  /** Null for a key of the installation. */
  tenant_id: string | null;
  name: string;
  role: Role;
  /** What it may do of its role; null for all. */
  scopes: string[] | null;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  last_used_from: string | null;
}

export interface NewApiKey extends ApiKey {
  /** The whole credential: no other answer holds it. */
  key: string;
}

export type KeyState = "active" | "expired" | "revoked";

export function stateOfKey(key: Pick<ApiKey, "revoked_at" | "expires_at">, now: number): KeyState {
  return key.revoked_at ? "revoked" : key.expires_at && Date.parse(key.expires_at) <= now ? "expired" : "active";
}

export const keysQuery = (tenantId: string | null, page: number) =>
  queryOptions({
    queryKey: ["api-keys", tenantId, page],
    queryFn: async ({ signal }) => {
      const { data, headers } = await request<ApiKey[]>(`/api/v1/api-keys${toQuery({ page, per_page: KEYS_A_PAGE })}`, { tenantId: tenantId ?? undefined, signal });
      return { keys: data, total: Number(headers.get("X-Total-Count") ?? data.length) };
    },
    placeholderData: keepPreviousData,
    enabled: tenantId !== null,
  });
