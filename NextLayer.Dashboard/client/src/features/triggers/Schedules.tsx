import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock, CalendarSync, History, Pause, Pencil, Play, Plus, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { ApiError, patch, post, remove, sentenceOf } from "@/shared/api/http";
import { usePipelineName, versionsQuery, pipelineQuery } from "@/shared/api/queries";
import { useScope } from "@/shared/api/tenancy";
import type { JsonObject, PipelineVersion } from "@/shared/api/types";
import { parseLoose } from "@/shared/form/SchemaForm";
import { object } from "@/shared/graph/definition";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { Checkbox, CONTROL, Field, Select, TextInput } from "@/shared/ui/Form";
import { Confirm, Dialog } from "@/shared/ui/Overlay";
import { TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Tag } from "@/shared/ui/Status";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { BackfillDialog } from "./BackfillDialog";
import { LastFire, ScheduleTimesDialog } from "./ScheduleTimesDialog";
import { RunNow } from "./RunNow";
import { SchedulePreview } from "./SchedulePreview";
import { schedulesQuery, type Schedule } from "./triggerQueries";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

export function Schedules() {
  const scope = useScope();
  const query = useQuery({ ...schedulesQuery(scope.tenantIds), enabled: scope.ready });
  const client = useQueryClient();
  const [editing, setEditing] = useState<Schedule | "new" | null>(null);
  const [deleting, setDeleting] = useState<Schedule | null>(null);
  const [starting, setStarting] = useState<Schedule | null>(null);
  const [looking, setLooking] = useState<Schedule | null>(null);
  const [filling, setFilling] = useState<Schedule | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: ["schedules"] });
  const toggle = useMutation({
    mutationFn: (each: Schedule) => patch(`/api/v1/triggers/schedule/${each.id}`, { enabled: !each.enabled }, { tenantId: each.tenant_id }),
    onSuccess: refresh,
  });
  const destroy = useMutation({
    mutationFn: (each: Schedule) => remove(`/api/v1/triggers/schedule/${each.id}`, { tenantId: each.tenant_id }),
    onSuccess: refresh,
    onSettled: () => setDeleting(null),
  });
  const schedules = query.data ?? [];
  const create = (
    <Button kind="primary" icon={Plus} needs="triggers.write" onClick={() => setEditing("new")}>
      {text.schedules.create}
    </Button>
  );
  return (
    <>
      {query.isPending ? (
        <SkeletonRows />
      ) : query.isError ? (
        <Failure error={query.error} what={text.things.schedules} retry={() => void query.refetch()} />
      ) : schedules.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <Empty icon={CalendarClock} title={text.schedules.empty.title} action={create}>
            {text.schedules.empty.meaning}
          </Empty>
        </div>
      ) : (
        <>
          <div className="flex justify-end">{create}</div>
          <TableFrame label={text.pages.schedules}>
            <table className={TABLE}>
              <thead>
                <tr>
                  <th className={TH}>{text.common.pipeline}</th>
                  <th className={TH}>{text.schedules.when}</th>
                  <th className={cx(TH, "max-sm:hidden")}>{text.schedules.next}</th>
                  <th className={cx(TH, "max-md:hidden")}>{text.schedules.last}</th>
                  <th className={TH}>
                    <span className="sr-only">{text.common.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {schedules.map((each) => (
                  <tr key={each.id} className={cx("hover:bg-hover", !each.enabled && "text-ink-3")}>
                    <td className={TD}>
                      <PipelineLink id={each.pipeline_id} />
                      {each.name && <span className="block text-xs text-ink-3">{each.name}</span>}
                    </td>
                    <td className={TD}>
                      <code className="text-xs whitespace-nowrap">{each.cron}</code>
                      <span className="block text-xs text-ink-3">{each.timezone}</span>
                      <span className="block text-xs sm:hidden">{each.enabled ? <Time at={each.next_fire_at} /> : text.schedules.paused}</span>
                    </td>
                    <td className={cx(TD, "max-sm:hidden")}>{each.enabled ? <Time at={each.next_fire_at} /> : <Tag tone="cancelled">{text.schedules.paused}</Tag>}</td>
                    <td className={cx(TD, "max-md:hidden")}>
                      <LastFire fire={each.last_fire} />
                    </td>
                    <td className={cx(TD, "text-right whitespace-nowrap")}>
                      <IconButton small needs="runs.start" tenant={each.tenant_id} label={text.schedules.runNow.label} icon={Zap} onClick={() => setStarting(each)} />
                      <IconButton small label={text.schedules.timesLabel} icon={History} onClick={() => setLooking(each)} />
                      <IconButton small needs="runs.start" tenant={each.tenant_id} label={text.schedules.backfill.label} icon={CalendarSync} onClick={() => setFilling(each)} />
                      <IconButton small needs="triggers.write" tenant={each.tenant_id} label={each.enabled ? text.schedules.pause : text.schedules.resume} icon={each.enabled ? Pause : Play} onClick={() => toggle.mutate(each)} />
                      <IconButton small needs="triggers.write" tenant={each.tenant_id} label={text.schedules.change} icon={Pencil} onClick={() => setEditing(each)} />
                      <IconButton small needs="triggers.write" tenant={each.tenant_id} label={text.schedules.delete} icon={Trash2} onClick={() => setDeleting(each)} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        </>
      )}
      {editing && <EditDialog schedule={editing === "new" ? null : editing} onClose={() => setEditing(null)} onSaved={refresh} />}
      {starting && <RunNow schedule={starting} onClose={() => setStarting(null)} />}
      {filling && <BackfillDialog schedule={filling} onClose={() => setFilling(null)} />}
      {looking && <ScheduleTimesDialog schedule={looking} onClose={() => setLooking(null)} />}
      <Confirm open={deleting !== null} onOpenChange={() => setDeleting(null)} title={text.schedules.deleteAsk} action={text.common.delete} danger busy={destroy.isPending} onConfirm={() => deleting && destroy.mutate(deleting)}>
        <p className="text-sm text-ink-2">{text.schedules.deleteMeaning}</p>
      </Confirm>
    </>
  );
}

function PipelineLink({ id }: { id: string }) {
  return (
    <Link to="/pipelines/$pipelineId" params={{ pipelineId: id }} className="font-medium hover:text-accent-ink hover:underline">
      {usePipelineName(id)}
    </Link>
  );
}

function EditDialog({ schedule, onClose, onSaved }: { schedule: Schedule | null; onClose: () => void; onSaved: () => void }) {
  const { tenantId } = usePrefs();
  const versions = useQuery(versionsQuery({ tenantId, status: "APPROVED" })).data?.items ?? [];
  const newest = [...new Map(versions.toSorted((a, b) => a.version_number - b.version_number).map((each) => [each.pipeline_id, each])).values()];
  const [pipelineId, setPipelineId] = useState(schedule?.pipeline_id ?? "");
  const chosen = newest.find((each) => each.pipeline_id === pipelineId);
  const [name, setName] = useState(schedule?.name ?? "");
  const [cron, setCron] = useState(schedule?.cron ?? "0 9 * * MON-FRI");
  const [zone, setZone] = useState(schedule?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [input, setInput] = useState(JSON.stringify(schedule?.input ?? {}, null, 2));
  const [catchUp, setCatchUp] = useState(schedule?.catch_up ?? "none");
  const [overlap, setOverlap] = useState(schedule?.overlap ?? "allow");
  const [enabled, setEnabled] = useState(schedule?.enabled ?? true);
  const parsed = parseLoose(input);
  const inputError = parsed.error ?? (parsed.value === undefined || object(parsed.value) ? undefined : text.schedules.inputNotObject);
  const tenant = schedule?.tenant_id ?? chosen?.tenant_id;
  const save = useMutation({
    mutationFn: () => {
      const common = { name: name || null, cron, timezone: zone, input: object(parsed.value) ?? ({} as JsonObject), enabled, catch_up: catchUp, overlap };
      return schedule
        ? patch(`/api/v1/triggers/schedule/${schedule.id}`, common, { tenantId: tenant })
        : post("/api/v1/triggers/schedule", { ...common, name: name || undefined, workflow_id: chosen?.id }, { tenantId: tenant });
    },
    meta: { quiet: true },
    onSuccess: () => {
      toast(text.common.saved);
      onSaved();
      onClose();
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Dialog open onOpenChange={onClose} title={schedule ? text.schedules.titleChange : text.schedules.create} wide footer={<><Button onClick={onClose}>{text.common.back}</Button><Button kind="primary" type="submit" form="schedule" busy={save.isPending} disabled={(!schedule && !chosen) || Boolean(inputError)}>{text.common.save}</Button></>}>
      <form
        id="schedule"
        className="grid gap-x-6 gap-y-3.5 md:grid-cols-[minmax(0,1fr)_16rem]"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="flex flex-col gap-3.5">
          {!schedule && (
            <Field label={text.common.pipeline} required error={errors.workflow_id?.join(" ")}>
              {(ids) => (
                <Select {...ids} value={pipelineId} onChange={(event) => setPipelineId(event.target.value)}>
                  <option value="">{text.schedules.choosePipeline}</option>
                  {newest.map((each) => (
                    <PipelineOption key={each.id} version={each} />
                  ))}
                </Select>
              )}
            </Field>
          )}
          <div className="grid gap-3.5 sm:grid-cols-2">
            <Field label={text.schedules.when} required hint={text.schedules.cronHint} error={errors.cron?.join(" ")}>
              {(ids) => <TextInput {...ids} className="font-mono" value={cron} onChange={(event) => setCron(event.target.value)} />}
            </Field>
            <Field label={text.schedules.zone} error={errors.timezone?.join(" ")}>
              {(ids) => (
                <Select {...ids} value={zone} onChange={(event) => setZone(event.target.value)}>
                  {[...new Set([zone, ...ZONES])].map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          <Field label={text.common.name} error={errors.name?.join(" ")}>
            {(ids) => <TextInput {...ids} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label={text.schedules.input} error={inputError ?? errors.input?.join(" ")}>
            {(ids) => <textarea {...ids} rows={4} spellCheck={false} className={cx(CONTROL, "py-1.5 font-mono text-xs")} value={input} onChange={(event) => setInput(event.target.value)} />}
          </Field>
          <div className="grid gap-3.5 sm:grid-cols-2">
            <Field label={text.schedules.catchUp.label}>
              {(ids) => (
                <Select {...ids} value={catchUp} onChange={(event) => setCatchUp(event.target.value as Schedule["catch_up"])}>
                  <option value="none">{text.schedules.catchUp.none}</option>
                  <option value="last">{text.schedules.catchUp.last}</option>
                  <option value="all">{text.schedules.catchUp.all}</option>
                </Select>
              )}
            </Field>
            <Field label={text.schedules.overlap.label}>
              {(ids) => (
                <Select {...ids} value={overlap} onChange={(event) => setOverlap(event.target.value as Schedule["overlap"])}>
                  <option value="allow">{text.schedules.overlap.allow}</option>
                  <option value="skip">{text.schedules.overlap.skip}</option>
                </Select>
              )}
            </Field>
          </div>
          <Checkbox label={text.schedules.enabled} checked={enabled} onChange={(event) => setEnabled(event.target.checked)} />
          {save.isError && (
            <p role="alert" className="text-sm text-[var(--s-failed)]">
              {sentenceOf(save.error)}
            </p>
          )}
        </div>
        <SchedulePreview cron={cron} zone={zone} tenantId={tenant} />
      </form>
    </Dialog>
  );
}

function PipelineOption({ version }: { version: PipelineVersion }) {
  const pipeline = useQuery(pipelineQuery(version.pipeline_id)).data;
  return (
    <option value={version.pipeline_id}>
      {pipeline?.name ?? "…"} ({version.version})
    </option>
  );
}
