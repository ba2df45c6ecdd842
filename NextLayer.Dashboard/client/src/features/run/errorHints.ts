/** What to do about a failed step, by its error's code; `docs/steps.md` tells what each code means. */
const HINTS: Readonly<Record<string, string>> = {
  CONFIG: "Once its templates were filled in, the configuration made no sense. Compare it with the step's inputs, then run again with others or publish a mended version.",
  TEMPLATE_UNRESOLVED: "A template names something that is not there. Look at what the steps before it gave, and at the run's input.",
  TIMEOUT: "It took longer than its timeout_seconds. Raise that, or find out what is slow; a retry begins the step anew.",
  OUTPUT_TOO_LARGE: "An output may have 256 KiB. Keep only what later steps need.",
  OUTPUT_INVALID: "What it gave cannot be stored, such as text with zero characters.",
  INTERNAL: "This is a bug of the worker, not of the pipeline. Its log on the worker says more.",
  CONNECTOR_MISSING: "The tenant has no such connector: make it under Connectors, then retry.",
  CONNECTOR_UNUSABLE: "The connector must be signed in again or enabled, or the step must say which of several it means. Mend it under Connectors, then retry.",
  NETWORK: "Nobody answered at this address from where the worker runs. Once it can be reached, retry.",
  TLS: "The other side's certificate is not trusted by the worker: look at its name, its dates and who signed it.",
  SSRF_BLOCKED: "The address is not public. Whoever operates the worker may allow it with HttpRequest:AllowedHosts.",
  HTTP_STATUS: "The other side refused: its answer stands in the details. List the status in success_codes where it is no failure.",
  HTTP_REDIRECT: "The address leads on too often, or away from https: name the last one itself.",
  RESPONSE_TOO_LARGE: "The answer is longer than max_bytes: ask for less, or raise that.",
  RESPONSE_INVALID: "The answer is not the JSON it should be: look at what the address really gives.",
  WEBHOOK_GONE: "The receiver says that it wants no more deliveries (410). Take the step out, or mend the address.",
  SMTP_AUTH: "The mail server does not take these credentials: replace them in the connector.",
  SMTP_REJECTED: "The mail server refused for good: its reply stands in the details.",
  SMTP_RECIPIENTS: "No recipient was taken: each answer stands in the details.",
  LLM_AUTH: "The provider does not take this key: replace it in the connector.",
  LLM_QUOTA: "The account at the provider is empty, or over its limit.",
  LLM_LENGTH: "The answer was cut off at max_tokens: raise that, or ask for less.",
  LLM_SCHEMA: "The model's answers did not fit the schema. Make the schema simpler or the prompt clearer.",
  LLM_NO_CATEGORY: "No class fits the text. Add one, or set fallback.",
  DB_ERROR: "The database refused the statement: where and why stands in the details.",
  DB_READ_ONLY: "The statement changes something, and the step only reads: set its mode to write.",
  DB_TIMEOUT: "The statement ran longer than statement_timeout.",
  DB_AUTH: "The database does not take these credentials: replace them in the connector.",
  DB_UNKNOWN_OUTCOME: "The connection broke as it was written: look whether the change is there before you retry.",
  REJECTED: "Somebody said no, or nobody decided in time. Draw an edge from the port rejected where that should not fail the run.",
  EVENT_TIMEOUT: "The event did not come in time, or with another key. A retry waits anew.",
  ITEM_FAILED: "An item failed: open its run among the items. A retry takes up the failed ones alone.",
  CODE_ERROR: "The code threw: line and column stand in the details.",
  CODE_LIMIT: "The code used more time, memory or statements than it may.",
  EXPRESSION: "The expression could not be worked out with these values: look at what the steps before it gave.",
  UNSUPPORTED_STEP: "The worker that took the run does not know this type of step: it is older than the control plane.",
};

export function hintFor(code: string): string | null {
  return HINTS[code] ?? null;
}

export const HINTED: readonly string[] = Object.keys(HINTS);
