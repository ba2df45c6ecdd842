import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { engineQuery } from "@/shared/api/queries";
import { text } from "@/shared/text";
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
    <Page title={text.pages.engine} note={text.engine.note}>
      {!state ? (
        query.isError ? (
          <Failure error={query.error} what={text.things.engineState} retry={() => void query.refetch()} />
        ) : (
          <Skeleton className="h-40 w-full" />
        )
      ) : (
        <div className="grid gap-4 lg:grid-cols-2">
          <Card title={text.common.state} actions={<Tag tone={ENGINE_WORDS[state.state].tone as Tone}>{ENGINE_WORDS[state.state].word}</Tag>}>
            <p className="text-sm text-ink-2">{ENGINE_WORDS[state.state].meaning}</p>
            <div className="mt-4 flex flex-wrap gap-2">
              {engineActions(state.state).map((action) => (
                <Button key={action.name} needs="engine.control" icon={action.icon} kind={action.ask ? "secondary" : "primary"} busy={busy} onClick={() => run(action)}>
                  {action.word}
                </Button>
              ))}
            </div>
          </Card>
          <Card title={text.engine.since}>
            <Facts
              items={[
                [text.engine.facts.started, <Time key="1" at={state.started_at} />],
                [text.engine.facts.paused, <Time key="2" at={state.paused_at} />],
                [text.engine.facts.resumed, <Time key="3" at={state.resumed_at} />],
                [text.engine.facts.stopped, <Time key="4" at={state.stopped_at} />],
                [text.common.changed, <Time key="5" at={state.updated_at} />],
                [text.engine.facts.process, state.pid === null ? "–" : String(state.pid)],
                [text.engine.facts.newestRun, state.run_id ? <Link key="6" to="/runs/$runId" params={{ runId: state.run_id }} className="font-mono text-xs text-accent-ink hover:underline">{shortId(state.run_id)}</Link> : "–"],
              ]}
            />
          </Card>
        </div>
      )}
      {dialog}
    </Page>
  );
}
