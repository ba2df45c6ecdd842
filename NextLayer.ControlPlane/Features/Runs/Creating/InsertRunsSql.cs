namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>
/// The statement that inserts runs: the version is checked, the key taken and the run, its input and its first event written
/// together, or nothing of it. A key somebody else holds makes the row disappear from "fresh"; the caller then looks up why
/// with a second statement. So does a tenant's limit, unless the caller has counted ($19): whoever has none pays for the
/// question alone, which a nearly empty index answers.
/// </summary>
internal static class InsertRunsSql
{
    private static readonly string Bare = Make(labelled: false);
    private static readonly string Labelled = Make(labelled: true);

    private const string Pairs = """
        , pairs AS (
            INSERT INTO run_labels (tenant_id, label, run_id)
            SELECT tenant_id, l.key || '=' || l.value, id FROM fresh CROSS JOIN json_each_text(labels) l WHERE labels IS NOT NULL
        )
        """;

    /// <param name="labelled">Whether any of the runs has labels ($21): others are written by a statement that knows nothing of them.</param>
    public static string For(bool labelled) => labelled ? Labelled : Bare;

    private static string Make(bool labelled)
    {
        string With(string text) => labelled ? text : "";
        return $"""
            WITH asked AS (
                SELECT a.*, v.pipeline_id
                FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[],
                            $8::json[], $9::text[], $10::text[], $11::bytea[], $12::integer[], $13::text[], $14::bytea[],
                            $15::bytea[], $16::uuid[], $17::text[], $18::boolean[],
                            $20::timestamptz[]{With(", $21::json[]")})
                     AS a (id, tenant_id, version_id, trigger_type, priority, run_after, traceparent, parameters,
                           key_scope, key, request_hash, answer_status, answer_location, answer_body, answer_rest, rerun_of,
                           started_by, is_test, planned_at{With(", labels")})
                JOIN pipeline_versions v ON v.id = a.version_id AND v.tenant_id = a.tenant_id
                     AND (v.status = 'APPROVED' OR a.is_test AND v.test_of IS NOT NULL)
                WHERE $19 OR NOT EXISTS (SELECT FROM tenants t WHERE t.id = a.tenant_id AND t.daily_run_limit IS NOT NULL)
            ), keys AS (
                INSERT INTO idempotency_keys (scope, key, request_hash, status, location, body)
                SELECT key_scope, key, request_hash, answer_status, answer_location,
                       -- to_json writes a time as our own serializer does, so the repeat is the first answer to the byte.
                       CASE WHEN answer_rest IS NULL THEN answer_body
                            ELSE answer_body || convert_to(to_json(now())::text, 'UTF8') || answer_rest END
                FROM asked WHERE key IS NOT NULL ORDER BY key_scope, key
                ON CONFLICT DO NOTHING
                RETURNING scope, key
            ), fresh AS MATERIALIZED (
                SELECT * FROM asked a
                WHERE a.key IS NULL OR EXISTS (SELECT FROM keys k WHERE k.scope = a.key_scope AND k.key = a.key)
            ), inputs AS (
                INSERT INTO run_inputs (run_id, parameters) SELECT id, parameters FROM fresh WHERE parameters IS NOT NULL
            ){With(Pairs)}, events AS (
                INSERT INTO run_events (run_id, seq, type, generation, payload, created_at)
                SELECT id, 1, 'run.queued', 1,
                       json_strip_nulls(json_build_object(
                           'trigger_type', trigger_type, 'run_after', CASE WHEN run_after > now() THEN run_after END, 'by', started_by)),
                       now()
                FROM fresh
            )
            INSERT INTO pipeline_runs (id, tenant_id, pipeline_id, pipeline_version_id, status, trigger_type, priority,
                                       run_after, traceparent, rerun_of, planned_at, last_event_seq, created_at, updated_at{With(", labels")})
            SELECT id, tenant_id, pipeline_id, version_id, 'QUEUED', trigger_type, priority,
                   greatest(coalesce(run_after, now()), now()), traceparent, rerun_of, planned_at, 1, now(), now(){With(", labels")}
            FROM fresh
            RETURNING id, created_at
            """;
    }
}
