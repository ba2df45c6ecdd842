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
import { text } from "@/shared/text";
import { RunBadge } from "@/shared/ui/Status";
import { ALL_PLACES } from "./nav";

const ITEM = "flex items-center gap-2.5 rounded-md px-2.5 py-2 text-sm cursor-pointer data-[selected=true]:bg-hover";

/** Finds pages, pipelines, tenants and runs, and does what the page can do. */
export default function CommandPalette({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
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
          <Radix.Title className="sr-only">{text.palette.title}</Radix.Title>
          <Command label={text.palette.title} loop>
            <Command.Input value={typed} onValueChange={setTyped} autoFocus placeholder={text.palette.placeholder} className="h-12 w-full border-b border-line bg-transparent px-4 text-base focus:outline-none" />
            <Command.List className="max-h-[60vh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3">
              <Command.Empty className="py-8 text-center text-sm text-ink-3">{text.palette.nothingFits}</Command.Empty>
              {runs && runs.items.length > 0 && (
                <Command.Group heading={text.pages.runs}>
                  {runs.items.map((each) => (
                    <Item key={each.id} value={`${text.pages.runs} ${each.id} ${q}`} icon={<Activity className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/runs/$runId", params: { runId: each.id } }))}>
                      <span className="min-w-0 flex-1 truncate font-mono text-xs">{each.id}</span>
                      <RunBadge run={each} quiet />
                    </Item>
                  ))}
                </Command.Group>
              )}
              {pipelines && pipelines.items.length > 0 && (
                <Command.Group heading={text.pages.pipelines}>
                  {pipelines.items.map((each) => (
                    <Item key={each.id} value={`${text.pages.pipelines} ${each.name} ${each.id}`} icon={<Workflow className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/pipelines/$pipelineId", params: { pipelineId: each.id } }))}>
                      {each.name}
                    </Item>
                  ))}
                </Command.Group>
              )}
              {tenants && tenants.items.length > 0 && (
                <Command.Group heading={text.palette.onlyTenant}>
                  {tenants.items.map((each) => (
                    <Item key={each.id} value={`${text.palette.onlyTenant} ${each.name} ${each.id}`} icon={<Building2 className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => setPrefs({ tenantId: each.id }))}>
                      {each.name}
                    </Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading={text.palette.goTo}>
                {ALL_PLACES.filter((place) => can(place.needs)).map((place) => (
                  <Item key={place.to} value={`${text.palette.goTo} ${place.word}`} icon={<place.icon className="size-4 text-ink-3" aria-hidden />} hint={`g ${place.key}`} onSelect={go(() => void navigate({ to: place.to }))}>
                    {place.word}
                  </Item>
                ))}
              </Command.Group>
              <Command.Group heading={text.palette.actions}>
                {can("runs.start") && <Item value={text.pages.start} icon={<Play className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/start" }))}>
                  {text.pages.start}
                </Item>}
                {can("workflows.write") && <Item value={text.palette.newPipelineTerms} icon={<Plus className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/pipelines", search: { create: true } }))}>
                  {text.palette.newPipeline}
                </Item>}
                <Item value={text.palette.failedRunsTerms} icon={<Activity className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => void navigate({ to: "/runs", search: { status: ["FAILED"] } }))}>
                  {text.palette.failedRuns}
                </Item>
                {engine &&
                  engineActions(engine.state).map((action) => (
                    <Item key={action.name} value={text.palette.engine(action.word)} icon={<action.icon className="size-4 text-ink-3" aria-hidden />} onSelect={() => runAction(action)}>
                      {text.palette.engine(action.word)}
                    </Item>
                  ))}
                <Item value={text.palette.darkTheme} icon={<Moon className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => setPrefs({ theme: "dark" }))}>
                  {text.palette.darkTheme}
                </Item>
                <Item value={text.palette.lightTheme} icon={<Sun className="size-4 text-ink-3" aria-hidden />} onSelect={go(() => setPrefs({ theme: "light" }))}>
                  {text.palette.lightTheme}
                </Item>
                <Item value={text.shortcuts.terms} icon={<Keyboard className="size-4 text-ink-3" aria-hidden />} hint="?" onSelect={go(onShortcuts)}>
                  {text.shortcuts.title}
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
