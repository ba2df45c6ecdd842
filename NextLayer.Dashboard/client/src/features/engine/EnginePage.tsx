import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { engineQuery } from "@/shared/api/queries";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Card, Facts, Page } from "@/shared/ui/Page";
import { Failure, Skeleton } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import type { Tone } from "@/shared/status/status";
import { ENGINE_WORDS, engineActions, useEngineAction } from "./engineActions";

export function EnginePage() {
  const query = useQuery(engineQuery());
  const { run, dialog, busy } = useEngineAction();
  const state = query.data;
  return (
    <Page title="Engine" note="Whether queued runs are given to workers. There is one such state for the whole system.">
      {!state ? (
        query.isError ? (
          <Failure error={query.error} what="the engine's state" retry={() => void query.refetch()} />
        ) : (
          <Skeleton className="h-40 w-full" />
        )
      ) : (
        <div className="grid gap-4 lg:grid-cols-2">
          <Card title="State" actions={<Tag tone={ENGINE_WORDS[state.state].tone as Tone}>{ENGINE_WORDS[state.state].word}</Tag>}>
            <p className="text-sm text-ink-2">{ENGINE_WORDS[state.state].meaning}</p>
            <div className="mt-4 flex flex-wrap gap-2">
              {engineActions(state.state).map((action) => (
                <Button key={action.name} needs="engine.control" icon={action.icon} kind={action.ask ? "secondary" : "primary"} busy={busy} onClick={() => run(action)}>
                  {action.word}
                </Button>
              ))}
            </div>
          </Card>
          <Card title="Since when">
            <Facts
              items={[
                ["Started", <Time key="1" at={state.started_at} />],
                ["Paused", <Time key="2" at={state.paused_at} />],
                ["Resumed", <Time key="3" at={state.resumed_at} />],
                ["Stopped", <Time key="4" at={state.stopped_at} />],
                ["Changed", <Time key="5" at={state.updated_at} />],
                ["By process", state.pid === null ? "–" : String(state.pid)],
                ["Newest run", state.run_id ? <Link key="6" to="/runs/$runId" params={{ runId: state.run_id }} className="font-mono text-xs text-accent-ink hover:underline">{shortId(state.run_id)}</Link> : "–"],
              ]}
            />
          </Card>
        </div>
      )}
      {dialog}
    </Page>
  );
}
