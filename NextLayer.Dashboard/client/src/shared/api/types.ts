/** What crosses the wire, as NextLayer.Contracts writes it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type RunStatus = "QUEUED" | "RUNNING" | "PAUSED" | "SUCCEEDED" | "FAILED" | "CANCELLED";
export type WaitReason = "approval" | "event" | "timer" | "children" | "manual";
export type StepStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "skipped" | "cancelled" | "abandoned";

export interface Run {
  id: string;
  tenant_id: string;
  pipeline_id: string;
  pipeline_version_id: string;
  status: RunStatus;
  trigger_type: string;
  /** The planned time of a schedule that it was made for. */
  planned_at?: string | null;
  parameters: Json;
  claimed_by: string | null;
  claimed_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  error_message: string | null;
  created_at: string;
  updated_at: string;
  heartbeat_at: string | null;
  generation: number;
  priority: number;
  run_after: string;
  wait_reason: WaitReason | null;
  wake_at: string | null;
  cancel_requested: boolean;
  lease_losses: number;
  last_event_seq: number;
  trace_parent: string | null;
  /** The run whose for-each made this one. */
  parent_run_id: string | null;
  parent_step_id: string | null;
  child_index: number | null;
  deadline_at: string | null;
  /** The run whose input this one took over. */
  rerun_of: string | null;
  /** Absent where it has none. */
  labels?: Record<string, string> | undefined;
}

export interface RunPage {
  items: Run[];
  limit: number;
  offset: number;
  count: number;
  next_cursor: string | null;
}

export interface StepError {
  code: string;
  message: string;
  retryable: boolean;
  attempt: number;
  detail?: Json;
}

export interface RunStep {
  step_id: string;
  step_type: string;
  generation: number;
  attempt: number;
  status: StepStatus;
  port: string | null;
  worker_id: string | null;
  wait_reason: WaitReason | null;
  wake_at: string | null;
  output: Json;
  error: StepError | null;
  retry_at: string | null;
  started_at: string;
  finished_at: string | null;
}

export interface RunEvent {
  seq: number;
  run_id: string;
  event: string;
  step_id: string | null;
  timestamp: string;
  payload: JsonObject;
}

export type LogLevel = "debug" | "info" | "warning" | "error";

export interface RunLogLine {
  line: number;
  ts: string;
  level: LogLevel;
  message: string;
  source: string | null;
  step_id: string | null;
  attempt: number | null;
  meta: Json;
}

export interface Snapshot {
  type: "snapshot";
  run_id: string;
  run_status: string;
  step_statuses: Record<string, StepStatus>;
  steps: { step_id: string; step_type: string; status: StepStatus; attempt: number; error: StepError | null }[];
  context: JsonObject;
  last_seq: number;
}

export type StreamMessage = Snapshot | (RunEvent & { type: "event" });
/** Messages of `/ws/runs`; runs come without their parameters. */
export type ListMessage =
  | { type: "snapshot"; counts: Record<string, number>; count_limit: number }
  | { type: "run"; run: Run; seq: number }
  | { type: "gone"; id: string; status: RunStatus; seq: number }
  | { type: "resync"; reason: string };

export interface Page<T> {
  items: T[];
  limit: number;
  offset: number;
  count: number;
}

export type BillingStatus = "trialing" | "active" | "past_due" | "canceled" | "incomplete" | "paused";

export interface Tenant {
  id: string;
  name: string;
  slug: string;
  billing_status: BillingStatus;
  daily_run_limit: number | null;
  timezone: string;
  created_at: string;
  updated_at: string;
}

export interface Facility {
  id: string;
  tenant_id: string;
  name: string;
  facility_type: string;
  timezone: string;
  created_at: string;
  updated_at: string;
}

export type ConnectorStatus = "ACTIVE" | "NEEDS_REAUTH" | "DISABLED";

export interface ConnectorSecret {
  name: string;
  updated_at: string;
  /** Until when the value before the last rotation is used beside it. */
  previous_until: string | null;
}

export interface ConnectorTest {
  ok: boolean;
  message: string;
  duration_ms: number;
  checked_at: string;
}

export interface Connector {
  id: string;
  tenant_id: string;
  facility_id: string | null;
  connector_type: string;
  status: ConnectorStatus;
  config: JsonObject;
  secrets_ref: string | null;
  /** Which secrets are set; nobody is shown their values. */
  secrets?: ConnectorSecret[];
  last_test?: ConnectorTest | null;
  created_at: string;
  updated_at: string;
}

export interface Pipeline {
  id: string;
  tenant_id: string;
  name: string;
  description: string | null;
  created_at: string;
  updated_at: string;
  /** In lists that ask for it. */
  summary?: { newest_version: { id: string; version: string; status: VersionStatus } | null; last_runs: { id: string; status: RunStatus }[] };
}

export type VersionStatus = "DRAFT" | "APPROVED" | "DEPRECATED";

export interface PipelineVersion {
  id: string;
  tenant_id: string;
  pipeline_id: string;
  version: string;
  status: VersionStatus;
  dag_spec: JsonObject;
  version_number: number;
  input_schema: JsonObject | null;
  frozen_at: string | null;
  /** Who brought it into its status, when, and what they said of it. */
  status_by: string | null;
  status_at: string | null;
  status_note: string | null;
  /** The draft of whose test this is the copy; null for all others. */
  test_of: string | null;
  created_at: string;
  updated_at: string;
}

export interface DefinitionFlaw {
  code: string;
  message: string;
  node_id: string | null;
  path: string | null;
}

export interface Validation {
  valid: boolean;
  errors: DefinitionFlaw[];
}

export interface EngineState {
  state: "running" | "paused" | "stopped";
  pid: number | null;
  run_id: string | null;
  started_at: string | null;
  paused_at: string | null;
  resumed_at: string | null;
  stopped_at: string | null;
  updated_at: string;
}

export interface Worker {
  worker_id: string;
  tenant_id: string | null;
  slots: number;
  running_runs: number;
  version: string | null;
  state: "live" | "draining" | "drained" | "gone";
  /** Since when somebody has it drained. */
  drain_requested_at: string | null;
  first_seen_at: string;
  last_heartbeat_at: string;
}

export interface StepType {
  type: string;
  label: string;
  description: string;
  category: string;
  icon: string;
  effect: string;
  config_schema: JsonObject;
  input_ports: string[];
  output_ports: string[];
  output_schema?: JsonObject;
  example: JsonObject;
}
