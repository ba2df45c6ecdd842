import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Run } from "@/shared/api/types";
import { childrenQuery, type Relative } from "./children";

const PAGE = 100;

export interface ItemGroup {
  items: readonly Relative[];
  /** Items that have begun and are not here yet; null while that is not known. */
  more: number | null;
}

/** The items of those for-each steps that somebody has opened, a page after the other as they are looked at. */
export function useItems(run: Run, live: boolean) {
  const [open, setOpen] = useState<ReadonlyMap<string, number>>(new Map());
  const pages = useMemo(() => [...open].flatMap(([stepId, count]) => Array.from({ length: count }, (_, index) => ({ stepId, page: index + 1 }))), [open]);
  const found = useQueries({ queries: pages.map(({ stepId, page }) => childrenQuery(run, stepId, page, PAGE, live)), combine: (results) => results.map((result) => result.data) });
  const groups = useMemo(() => {
    const byStep = new Map<string, ItemGroup>();
    for (const stepId of open.keys()) {
      const parts = pages.flatMap((page, index) => (page.stepId === stepId ? [found[index]] : []));
      const items = parts.flatMap((part) => part?.runs ?? []);
      const total = parts.reduce((most, part) => Math.max(most, part?.total ?? 0), 0);
      byStep.set(stepId, { items, more: parts.every((part) => part !== undefined) ? Math.max(0, total - items.length) : null });
    }
    return byStep;
  }, [found, open, pages]);
  const toggle = useCallback(
    (stepId: string) =>
      setOpen((old) => {
        const next = new Map(old);
        if (!next.delete(stepId)) next.set(stepId, 1);
        return next;
      }),
    [],
  );
  const readMore = useCallback((stepId: string) => setOpen((old) => new Map(old).set(stepId, (old.get(stepId) ?? 0) + 1)), []);
  return { groups, toggle, readMore };
}
