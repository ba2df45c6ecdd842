import { infiniteQueryOptions } from "@tanstack/react-query";
import { request, toQuery } from "@/shared/api/http";
import type { RunPage } from "@/shared/api/types";
import type { toApi } from "./runsSearch";

export const RUNS_PAGE = 50;

export type RunsFilter = ReturnType<typeof toApi>;

/** The runs that fit a filter, newest first, page by page. What has been read is kept true by the stream. */
export const runListQuery = (filter: RunsFilter) =>
  infiniteQueryOptions({
    queryKey: ["runs", "list", filter] as const,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const { data, headers } = await request<RunPage>(`/api/runs${toQuery({ ...filter, limit: RUNS_PAGE, cursor: pageParam })}`, { signal });
      return { ...data, total: headers.get("X-Total-Count") ?? "" };
    },
    getNextPageParam: (last) => last.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
