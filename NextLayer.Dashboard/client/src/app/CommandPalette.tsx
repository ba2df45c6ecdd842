import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Activity, Building2, Keyboard, Moon, Play, Plus, Sun, Workflow } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useDeferredValue, useState, type ReactNode } from "react";
import { engineActions, useEngineAction } from "@/features/engine/engineActions";
import { useAccess } from "@/shared/access/me";
import { get, toQuery } from "@/shared/api/http";
import { engineQuery, pipelinesQuery, tenantsQuery } from "@/shared/api/queries";
import type { RunPage } from "@/shared/api/types";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import { RunBadge } from "@/shared/ui/Status";
import { ALL_PLACES } from "./nav";

const ITEM = "flex items-center gap-2.5 rounded-md px-2.5 py-2 text-sm cursor-pointer data-[selected=true]:bg-hover";

/** Finds pages, pipelines, tenants and runs, and does what the page can do. */
export default function CommandPalette({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const navigate = useNavigate();
  const { tenantId } = usePrefs();
  const { can } = useAccess();
  const engine = useQuery({ ...engineQuery(), enabled: can("engine.control") }).data;
  const { run: runAction, dialog } = useEngineAction();
  const pipelines = useQuery({ ...pipelinesQuery(tenantId, q, 0, 6), enabled: q.length > 1 }).data;
  const tenants = useQuery({ ...tenantsQuery(q, 0, 4), enabled: q.length > 1 }).data;
  const isId = /^[0-9a-f-]{6,36}$/i.test(q);
  const runs = useQuery({
    queryKey: ["runs", "find", q],
    queryFn: ({ signal }) => get<RunPage>(`/api/runs${toQuery({ q, limit: 5 })}`, { signal }),
    enabled: isId,
  }).data;
  const go = (act: () => void) => () => {
    onClose();
    act();
  };

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40 animate-fade" />
        <Radix.Content aria-describedby={undefined} className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-pop focus:outline-none">
          <Radix.Title className="sr-only">Find or do something</Radix.Title>
          <Command label="Find or do something" loop>
            <Command.Input value={text} onValueChange={setText} autoFocus placeholder="A page, a pipeline, a run's id, an action…" className="h-12 w-full border-b border-line bg-transparent px-4 text-base focus:outline-none" />
            <Command.List className="max-h-[60vh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3">
              <Command.Empty className="py-8 text-center text-sm text-ink-3">Nothing fits.</Command.Empty>
              {runs && runs.items.length > 0 && (
                <Command.Group heading="Runs">
                  {runs.items.map((each) => (
                    <Item key={each.id} value={`run ${each.id} ${q}`} icon={<Activity className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/runs/$runId", params: { runId: each.id } }))}>
                      <span className="min-w-0 flex-1 truncate font-mono text-xs">{each.id}</span>
                      <RunBadge run={each} quiet />
                    </Item>
                  ))}
                </Command.Group>
              )}
              {pipelines && pipelines.items.length > 0 && (
                <Command.Group heading="Pipelines">
                  {pipelines.items.map((each) => (
                    <Item key={each.id} value={`pipeline ${each.name} ${each.id}`} icon={<Workflow className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/pipelines/$pipelineId", params: { pipelineId: each.id } }))}>
                      {each.name}
                    </Item>
                  ))}
                </Command.Group>
              )}
              {tenants && tenants.items.length > 0 && (
                <Command.Group heading="Show only the tenant">
                  {tenants.items.map((each) => (
                    <Item key={each.id} value={`tenant ${each.name} ${each.id}`} icon={<Building2 className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => setPrefs({ tenantId: each.id }))}>
                      {each.name}
                    </Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading="Go to">
                {ALL_PLACES.filter((place) => can(place.needs)).map((place) => (
                  <Item key={place.to} value={`go to ${place.word}`} icon={<place.icon className="size-4 text-ink-3" aria-hidden />} hint={`g ${place.key}`} onSelect={go(() => void navigate({ to: place.to }))}>
                    {place.word}
                  </Item>
                ))}
              </Command.Group>
              <Command.Group heading="Do">
                {can("runs.start") && <Item value="start a run" icon={<Play className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/start" }))}>
                  Start a run
                </Item>}
                {can("workflows.write") && <Item value="new pipeline create" icon={<Plus className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/pipelines", search: { create: true } }))}>
                  New pipeline
                </Item>}
                <Item value="failed runs show" icon={<Activity className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/runs", search: { status: ["FAILED"] } }))}>
                  Show failed runs
                </Item>
                {engine &&
                  engineActions(engine.state).map((action) => (
                    <Item key={action.name} value={`${action.word} the engine`} icon={<action.icon className="size-4 text-ink-3" aria-hidden />} onSelect={() => runAction(action)}>
                      {action.word} the engine
                    </Item>
                  ))}
                <Item value="dark theme" icon={<Moon className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => setPrefs({ theme: "dark" }))}>
                  Dark theme
                </Item>
                <Item value="light theme" icon={<Sun className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => setPrefs({ theme: "light" }))}>
                  Light theme
                </Item>
                <Item value="keyboard shortcuts help" icon={<Keyboard className="size-4 text-ink-3" aria-hidden />} hint="?" onSelect={go(onShortcuts)}>
                  Keyboard shortcuts
                </Item>
              </Command.Group>
            </Command.List>
          </Command>
          {dialog}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Item({ value, icon, hint, onSelect, children }: { value: string; icon: ReactNode; hint?: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item value={value} onSelect={onSelect} className={ITEM}>
      {icon}
      <span className="flex min-w-0 flex-1 items-center gap-2">{children}</span>
      {hint && <kbd className="text-xs text-ink-3">{hint}</kbd>}
    </Command.Item>
  );
}
