import { queryOptions } from "@tanstack/react-query";
import { ApiError, get, post } from "@/shared/api/http";
import type { ConnectorTest, JsonObject } from "@/shared/api/types";

/** A kind of system that connectors lead to. */
export interface ConnectorType {
  type: string;
  label: string;
  description: string;
  config_schema: JsonObject;
  /** What it signs in with; empty where any names will do. */
  secrets: { name: string; title: string; multiline?: boolean }[];
  testable: boolean;
}

export const connectorTypesQuery = () =>
  queryOptions({
    queryKey: ["connector-types"],
    queryFn: async ({ signal }) => {
      try {
        const answer = await get<ConnectorType[] | { items: ConnectorType[] }>("/api/connector-types", { signal });
        return Array.isArray(answer) ? answer : answer.items;
      } catch (error) {
        // A control plane that knows no types: every connector is then set up by hand.
        if (error instanceof ApiError && error.isNotFound) return [];
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });

export const testConnector = (id: string) => post<ConnectorTest>(`/api/connector-instances/${id}/test`);
