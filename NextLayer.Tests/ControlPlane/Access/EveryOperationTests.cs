using System.Net;
using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>
/// Calls every operation of the API document as nobody, as a stranger and as each role. An operation without a case fails
/// the test: whoever adds one has to say here who may call it.
/// </summary>
public sealed class EveryOperationTests(Servers servers)
{
    private const string Open = "open";
    private const string SignedIn = "signed in";
    private const string Absent = "01234567-89ab-7def-8123-456789abcdef";

    // By operationId: the permission as it is spelled on the wire.
    private static readonly Dictionary<string, string> Cases = new()
    {
        ["GetHealth"] = Open,
        ["CallWebhook"] = Open,
        ["GetMe"] = SignedIn,
        ["ListStepTypes"] = SignedIn,
        ["CreateTenant"] = "tenants.manage",
        ["DeleteTenant"] = "tenants.manage",
        ["ListTenants"] = "tenant.read",
        ["GetTenant"] = "tenant.read",
        ["UpdateTenant"] = "tenant.write",
        ["ListFacilities"] = "tenant.read",
        ["GetFacility"] = "tenant.read",
        ["CreateFacility"] = "tenant.write",
        ["UpdateFacility"] = "tenant.write",
        ["DeleteFacility"] = "tenant.write",
        ["ListConnectorInstances"] = "connectors.read",
        ["GetConnectorInstance"] = "connectors.read",
        ["CreateConnectorInstance"] = "connectors.write",
        ["UpdateConnectorInstance"] = "connectors.write",
        ["DeleteConnectorInstance"] = "connectors.write",
        ["SetConnectorSecret"] = "connectors.write",
        ["DeleteConnectorSecret"] = "connectors.write",
        ["TestConnectorInstance"] = "connectors.write",
        ["ListConnectorTypes"] = SignedIn,
        ["ListPipelines"] = "workflows.read",
        ["GetPipeline"] = "workflows.read",
        ["CreatePipeline"] = "workflows.write",
        ["UpdatePipeline"] = "workflows.write",
        ["DeletePipeline"] = "workflows.write",
        ["ListPipelineVersions"] = "workflows.read",
        ["GetPipelineVersion"] = "workflows.read",
        ["ValidatePipelineVersion"] = "workflows.read",
        ["CreatePipelineVersion"] = "workflows.write",
        ["UpdatePipelineVersion"] = "workflows.write",
        ["DeletePipelineVersion"] = "workflows.write",
        ["ChangePipelineVersionStatus"] = "workflows.publish",
        ["ListRuns"] = "runs.read",
        ["ListRunProgress"] = "runs.read",
        ["GetRun"] = "runs.read",
        ["ListRunSteps"] = "runs.read",
        ["ListRunLogs"] = "runs.read",
        ["ListRunEvents"] = "runs.read",
        ["WatchRun"] = "runs.read",
        ["WatchRuns"] = "runs.read",
        ["GetRunStats"] = "runs.read",
        ["ListRunViews"] = "runs.read",
        ["SaveRunView"] = "runs.control",
        ["DeleteRunView"] = "runs.control",
        ["CreateRun"] = "runs.start",
        ["CreateRuns"] = "runs.start",
        ["CancelRun"] = "runs.control",
        ["RetryRun"] = "runs.control",
        ["ClaimRuns"] = "work",
        ["CompleteRun"] = "work",
        ["AppendRunLogs"] = "work",
        ["HeartbeatRun"] = "work",
        ["HeartbeatWorker"] = "work",
        ["ReportRuns"] = "work",
        ["FindRunConnector"] = "work",
        ["ListWorkers"] = "workers.read",
        ["DrainWorker"] = "engine.control",
        ["ResumeWorker"] = "engine.control",
        ["GetEngineState"] = "engine.read",
        ["GetEngineStatus"] = "engine.read",
        ["StartEngine"] = "engine.control",
        ["PauseEngine"] = "engine.control",
        ["ResumeEngine"] = "engine.control",
        ["StopEngine"] = "engine.control",
        ["ListApprovals"] = "runs.read",
        ["ResumeWorkflowRun"] = "approvals.decide",
        ["ListApprovalLinks"] = "runs.read",
        ["CreateApprovalLink"] = "approvals.decide",
        ["WithdrawApprovalLink"] = "approvals.decide",
        ["OpenApprovalLink"] = Open,
        ["DecideByApprovalLink"] = Open,
        ["PostEvent"] = "events.post",
        ["ListSchedules"] = "triggers.read",
        ["GetSchedule"] = "triggers.read",
        ["PreviewSchedule"] = "triggers.read",
        ["ListScheduleTimes"] = "triggers.read",
        ["ListScheduleFires"] = "triggers.read",
        ["SaveSchedule"] = "triggers.write",
        ["UpdateSchedule"] = "triggers.write",
        ["DeleteSchedule"] = "triggers.write",
        ["ShowScheduleBackfill"] = "triggers.read",
        ["BackfillSchedule"] = "runs.start",
        ["GetWebhookSettings"] = "triggers.read",
        ["ListWebhookDeliveries"] = "triggers.read",
        ["SaveWebhookSettings"] = "triggers.write",
        ["RedeliverWebhookDelivery"] = "runs.start",
        ["RotateWebhookSecret"] = "triggers.write",
        ["DeleteWebhookSettings"] = "triggers.write",
        ["ListWorkflows"] = "workflows.read",
        ["GetWorkflow"] = "workflows.read",
        ["ValidateWorkflow"] = "workflows.read",
        ["ValidateDefinition"] = "workflows.read",
        ["CreateWorkflow"] = "workflows.write",
        ["UpdateWorkflow"] = "workflows.write",
        ["DeleteWorkflow"] = "workflows.write",
        ["DuplicateWorkflow"] = "workflows.write",
        ["PublishWorkflow"] = "workflows.publish",
        ["RunWorkflow"] = "runs.start",
        ["TestWorkflow"] = "workflows.publish",
        ["RerunWorkflowRun"] = "runs.start",
        ["ListWorkflowRuns"] = "runs.read",
        ["GetWorkflowRun"] = "runs.read",
        ["ListWorkflowRunSteps"] = "runs.read",
        ["ListWorkflowRunChildren"] = "runs.read",
        ["ListWorkflowRunEvents"] = "runs.read",
        ["ListWorkflowRunLogs"] = "runs.read",
        ["ExplainWorkflowRun"] = "runs.read",
        ["CancelWorkflowRun"] = "runs.control",
        ["RetryWorkflowRun"] = "runs.control",
        ["RetryWorkflowRunStep"] = "runs.control",
        ["ReplaceWorkflowRunLabels"] = "runs.control",
        ["ChangeWorkflowRunLabels"] = "runs.control",
        ["ListMembers"] = "members.manage",
        ["AddMember"] = "members.manage",
        ["ChangeMember"] = "members.manage",
        ["RemoveMember"] = "members.manage",
        ["ListApiKeys"] = "keys.manage",
        ["CreateApiKey"] = "keys.manage",
        ["RevokeApiKey"] = "keys.manage",
        ["ListAudit"] = "audit.read",
        ["GetUsage"] = "tenant.read",
        ["GetCosts"] = "costs.read",
        ["StageRunCosts"] = "work",
        ["LoadRunCosts"] = "work",
        ["ListProviderPipelines"] = Open,
        ["RunProviderPipeline"] = "runs.start",
        ["RunProviderPipelineWithoutDomain"] = "runs.start",
        ["ListProviderRuns"] = "runs.read",
        ["GetProviderRun"] = "runs.read",
    };

    // What each role may do in its tenant, as docs/access.md tells people. Written out again on purpose: a right that the
    // code gives by mistake must differ from something.
    private static readonly string[] Reading =
        ["runs.read", "workflows.read", "triggers.read", "connectors.read", "tenant.read", "costs.read", "workers.read", "engine.read"];

    private static readonly string[] Operating = [.. Reading, "runs.start", "runs.control", "approvals.decide", "events.post", "workflows.write", "triggers.write"];

    private static readonly Dictionary<Role, string[]> Rights = new()
    {
        [Role.Viewer] = Reading,
        [Role.Operator] = Operating,
        [Role.Admin] = [.. Operating, "approvals.invite", "workflows.publish", "connectors.write", "tenant.write", "members.manage", "keys.manage", "audit.read", "work"],
        [Role.Worker] = ["work"],
    };

    [Fact]
    public async Task EveryOperation_HasACase()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        var operations = (await OperationsAsync(stack)).Select(operation => operation.Id).ToList();

        Assert.Empty(operations.Except(Cases.Keys));
        Assert.Empty(Cases.Keys.Except(operations));
    }

    [Fact]
    public void EveryRole_HasTheRightsThatAreDocumented()
    {
        foreach (var (role, rights) in Rights)
            Assert.Equal(rights.Order(), PermissionTable.Of(role).Select(right => JsonSerializer.SerializeToElement(right).GetString()!).Order());
    }

    [Fact]
    public async Task EveryOperation_ByNobodyOrWithABadCredential_Is401WhateverTheBody()
    {
        await using var stack = await AccessStack.StartAsync(servers);

        foreach (var operation in (await OperationsAsync(stack)).Where(operation => Cases[operation.Id] != Open))
        {
            foreach (var key in new[] { null, "nlk_aaaaaaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "e30.e30.AAAA" })
            {
                foreach (var body in new[] { null, "{}", "{not json" })
                {
                    var answer = await operation.CallAsync(stack, key, stack.Ours, body);
                    Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{operation} by {key ?? "nobody"}: {(int)answer.Status} {answer.Text}");
                    Assert.Equal("unauthenticated", answer.Problem);
                }
            }
        }
    }

    [Fact]
    public async Task EveryOperation_ByAStranger_AnswersForForeignIdsExactlyAsForAbsentOnes()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var before = await FingerprintAsync(stack);

        foreach (var operation in (await OperationsAsync(stack)).Where(operation => operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var key in new[] { stack.Theirs.Keys[Role.Admin], stack.Theirs.Keys[Role.Worker], stack.Theirs.Keys[Role.Viewer] })
            {
                foreach (var body in new[] { operation.Body, "{}", "[]" })
                {
                    var foreign = await operation.CallAsync(stack, key, stack.Ours, body);
                    var absent = await operation.CallAsync(stack, key, null, body);
                    Assert.Equal((operation.ToString(), absent.Status, Masked(absent)), (operation.ToString(), foreign.Status, Masked(foreign)));
                }
            }
        }

        Assert.Equal(before, await FingerprintAsync(stack));
    }

    [Fact]
    public async Task EveryOperation_ByEachRole_IsAllowedOrForbiddenByItsPermission()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var operations = await OperationsAsync(stack);
        var before = await FingerprintAsync(stack);

        foreach (var operation in operations.Where(operation => Cases[operation.Id] is not (Open or SignedIn)))
        {
            foreach (var role in Enum.GetValues<Role>().Where(role => !Rights[role].Contains(Cases[operation.Id])))
            {
                var answer = await operation.CallAsync(stack, stack.Ours.Keys[role], stack.Ours, operation.Body);
                Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{operation} by {role}: {(int)answer.Status} {answer.Text}");
                Assert.Contains(Cases[operation.Id], answer.Detail, StringComparison.Ordinal);
            }
        }

        Assert.Equal(before, await FingerprintAsync(stack)); // Whoever was refused has changed nothing.
        foreach (var operation in operations.OrderBy(operation => operation.Method == HttpMethod.Delete))
        {
            foreach (var role in Enum.GetValues<Role>().Where(role => Rights[role].Contains(Cases[operation.Id]) || Cases[operation.Id] == SignedIn))
            {
                var answer = await operation.CallAsync(stack, stack.Ours.Keys[role], stack.Ours, operation.Body);
                Assert.False(answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{operation} by {role}: {(int)answer.Status} {answer.Text}");
                Assert.True((int)answer.Status < 500, $"{operation} by {role}: {(int)answer.Status} {answer.Text}");
            }
        }
    }

    private static string Masked(Answer answer) =>
        System.Text.RegularExpressions.Regex.Replace(answer.Text, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}", "<id>");

    /// <summary>Everything of ours that a call could change.</summary>
    private static async Task<string> FingerprintAsync(AccessStack stack)
    {
        var parts = new List<string>();
        foreach (var table in new[] { "tenants", "facilities", "connector_instances", "connector_secrets", "pipelines", "pipeline_versions", "schedules", "memberships", "webhooks", "run_views" })
            parts.Add($"{table} {await stack.Database.AskAsync<string>($"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {table} t")}");
        parts.Add($"runs {await stack.Database.AskAsync<string>("SELECT md5(string_agg(id::text || status || last_event_seq, ',' ORDER BY id)) FROM pipeline_runs")}");
        parts.Add($"engine {await stack.Database.AskAsync<string>("SELECT state FROM pipeline_state")}");
        return string.Join('\n', parts);
    }

    private static async Task<IReadOnlyList<Operation>> OperationsAsync(AccessStack stack)
    {
        var paths = (await stack.GetAsync(null, "/openapi/v1.json")).Json.GetProperty("paths");
        return
        [
            .. from path in paths.EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where operation.Value.ValueKind == JsonValueKind.Object && operation.Value.TryGetProperty("operationId", out _)
               select new Operation(operation.Value.Text("operationId"), new HttpMethod(operation.Name.ToUpperInvariant()), path.Name),
        ];
    }

    private sealed record Operation(string Id, HttpMethod Method, string Path)
    {
        /// <summary>A body that the operation takes, so that the call gets to what it is about.</summary>
        public string? Body => Method == HttpMethod.Get || Method == HttpMethod.Delete ? null : Id switch
        {
            "ChangePipelineVersionStatus" => """{"status": "APPROVED"}""",
            "CompleteRun" => """{"status": "SUCCEEDED"}""",
            "AppendRunLogs" => """{"lines": [{"message": "hello"}]}""",
            "HeartbeatRun" => $$"""{"worker_id": "w", "lease": {"epoch": 1, "token": "{{Absent}}", "seconds": 30} }""",
            "FindRunConnector" => $$"""{"connector": "http", "lease": {"epoch": 1, "token": "{{Absent}}", "seconds": 30} }""",
            "SetConnectorSecret" => """{"value": "another secret"}""",
            "CreateApprovalLink" or "ResumeWorkflowRun" => """{"step_id": "ask"}""",
            "BackfillSchedule" => """{"from": "2026-05-01T00:00:00Z", "to": "2026-05-01T00:00:00Z"}""",
            "ChangeMember" => """{"role": "viewer"}""",
            _ => "{}",
        };

        /// <param name="named">Whose objects the address names; null for ones that are not there.</param>
        public Task<Answer> CallAsync(AccessStack stack, string? key, Organisation? named, string? body) =>
            stack.SendAsync(key, Method, Address(named), Method == HttpMethod.Get || Method == HttpMethod.Delete ? null : body);

        public override string ToString() => $"{Id} ({Method} {Path})";

        private string Address(Organisation? named)
        {
            var address = Path.Replace("{workerId}", "w", StringComparison.Ordinal);
            return System.Text.RegularExpressions.Regex.Replace(address, "\\{([a-zA-Z_]+)\\}", part => part.Groups[1].Value switch
            {
                "org" => named?.Slug ?? "nobody",
                "provider" => "gcp",
                "domain" => "cost",
                "pipeline" => "billing",
                "name" => "api_key",
                _ => $"{Object(named)}",
            });
        }

        private object Object(Organisation? named) => named is null ? Absent
            : Path.StartsWith("/api/tenants", StringComparison.Ordinal) ? named.Tenant
            : Path.StartsWith("/api/facilities", StringComparison.Ordinal) ? named.Facility
            : Path.StartsWith("/api/connector-instances", StringComparison.Ordinal) ? named.Connector
            : Path.StartsWith("/api/pipelines", StringComparison.Ordinal) ? named.Pipeline
            : Path.Contains("/schedule", StringComparison.Ordinal) ? named.Schedule
            : Path.Contains("runs", StringComparison.Ordinal) ? named.Run
            : named.Version;
    }
}
