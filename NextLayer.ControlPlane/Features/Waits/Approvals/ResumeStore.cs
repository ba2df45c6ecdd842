using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Events;
using NextLayer.ControlPlane.Features.Runs;
using NextLayer.ControlPlane.Features.Runs.Changes;
using NextLayer.ControlPlane.Features.Runs.Reporting;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Features.Waits.Approvals.Links;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Workflows.Schemas;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>What became of a wish to resume a step.</summary>
internal abstract record ResumeOutcome
{
    /// <param name="Settled">False when more votes are needed: the run still waits.</param>
    public sealed record Done(bool Settled) : ResumeOutcome;

    public sealed record NotFound : ResumeOutcome;

    /// <param name="Code">Stable, snake_case.</param>
    /// <param name="Why">A sentence.</param>
    public sealed record WrongState(string Code, string Why) : ResumeOutcome;

    /// <param name="Why">A sentence.</param>
    public sealed record NotAsked(string Why) : ResumeOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : ResumeOutcome;

    /// <summary>The link that was shown is no longer worth anything.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record LinkEnded(string Why) : ResumeOutcome;
}

/// <summary>
/// Ends waits by hand. The decision, the step's output, and the run's return to the queue are one transaction; whoever
/// comes second finds the step settled.
/// </summary>
internal sealed class ResumeStore(Databases databases, NewsPublisher news)
{
    private static readonly JsonElement NoData = RunRows.EmptyObject;

    /// <param name="tenantId">The caller's; another tenant's run is answered like none.</param>
    /// <param name="runId">The waiting run.</param>
    /// <param name="request">The step and what it is told.</param>
    /// <param name="voter">Who decides.</param>
    public Task<ResumeOutcome> ResumeAsync(Guid tenantId, Guid runId, ResumeRunRequest request, Voter voter, CancellationToken ct) =>
        ChangeAsync(
            runId,
            request.Data,
            async (connection, run, data) => run.Before.TenantId == tenantId
                ? await ApplyAsync(connection, run, request.StepId, data, voter, ct)
                : new ResumeOutcome.NotFound(),
            ct);

    /// <summary>Adds the vote of whoever a link was made for.</summary>
    /// <param name="link">As it was judged a moment ago; whether it was withdrawn since is looked at under its lock.</param>
    public Task<ResumeOutcome> DecideByLinkAsync(JudgedLink link, JsonElement? data, CancellationToken ct) =>
        ChangeAsync(
            link.Link.Key.RunId,
            data,
            async (connection, run, given) =>
                !await ApprovalLinkStore.HoldAsync(connection, link.Link.View.Id, ct) ? new ResumeOutcome.LinkEnded(LinkJudge.Withdrawn)
                : WaitOf(run, link.Link.Key) is { } step ? await DecideAsync(connection, run, step, given, link.Voter, ct)
                : new ResumeOutcome.WrongState("approval_settled", "This is settled already: nobody is asked any more."),
            ct);

    private async Task<ResumeOutcome> ChangeAsync(
        Guid runId, JsonElement? given, Func<NpgsqlConnection, RunChange, JsonElement, Task<ResumeOutcome>> apply, CancellationToken ct)
    {
        var data = given ?? NoData;
        if (data.ValueKind != JsonValueKind.Object)
            return Refuse("data", "must be an object.");
        if (Encoding.UTF8.GetByteCount(data.GetRawText()) > StepReportRules.MaxOutputBytes / 2)
            return Refuse("data", $"has more than {StepReportRules.MaxOutputBytes / 2048} KiB, which is more than an output may take up.");

        await using var connection = await databases.Hot.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var run = (await RunLocks.ByIdAsync(connection, [runId], ct)).SingleOrDefault();
        if (run is null)
            return new ResumeOutcome.NotFound();
        var outcome = await apply(connection, run, data);
        if (outcome is not ResumeOutcome.Done)
            return outcome;
        await RunWriter.WriteAsync(connection, [run], ct);
        await transaction.CommitAsync(ct);
        news.Publish([run]);
        return outcome;
    }

    /// <summary>The step as it waits for this very decision, and not for that of another attempt.</summary>
    private static OpenStep? WaitOf(RunChange run, ApprovalKey key) =>
        run.Generation == key.Generation
        && run.Open.TryGetValue(key.StepId, out var step)
        && step is { Status: StepStatus.Waiting, WaitReason: WaitReason.Approval }
        && step.Attempt == key.Attempt
            ? step
            : null;

    private static async Task<ResumeOutcome> ApplyAsync(
        NpgsqlConnection connection, RunChange run, string stepId, JsonElement data, Voter voter, CancellationToken ct)
    {
        if (!run.Open.TryGetValue(stepId, out var step) || step.Status != StepStatus.Waiting)
            return new ResumeOutcome.WrongState("step_not_waiting", Explain(run, stepId));
        switch (step.WaitReason)
        {
            case WaitReason.Approval:
                return await DecideAsync(connection, run, step, data, voter, ct);
            case WaitReason.Children:
                return new ResumeOutcome.WrongState("step_waits_for_children", $"Step '{stepId}' waits for its child runs; it goes on when they have ended.");
            case WaitReason.Timer when run.Status == RunStatus.Running:
                return new ResumeOutcome.WrongState("run_running", $"A worker holds the run while step '{stepId}' waits for its time; resume it once the run is PAUSED.");
            default:
                run.Settle(step, StepStatus.Completed, port: null, data.GetRawText());
                return new ResumeOutcome.Done(Settled: true);
        }
    }

    private static string Explain(RunChange run, string stepId)
    {
        if (RunRows.IsTerminal(run.Status))
            return $"Run {run.Id} is {RunRows.Text(run.Status)}; nothing of it waits.";
        var waiting = run.Open.Values.Where(s => s.Status == StepStatus.Waiting).Select(s => s.StepId).Order().ToList();
        return $"Step '{stepId}' does not wait. " + (waiting.Count == 0 ? "No step of the run does." : $"Waiting: {string.Join(", ", waiting)}.");
    }

    private static async Task<ResumeOutcome> DecideAsync(
        NpgsqlConnection connection, RunChange run, OpenStep step, JsonElement data, Voter voter, CancellationToken ct)
    {
        var key = new ApprovalKey(run.Id, step.StepId, run.Generation, step.Attempt);
        var request = (await ApprovalRows.RequestsAsync(connection, [key], ct)).GetValueOrDefault(key) ?? new ApprovalWait();
        var startedBy = voter.IsKnown ? await RunStarter.FindAsync(connection, run.Id, ct) : null;
        if (ApproverRules.Refuse(request, step.StepId, step.WakeAt, voter, startedBy) is { } why)
            return new ResumeOutcome.NotAsked(why);
        var by = voter.Name;
        var decision = Read(data, by, run.Now);
        if (decision.Approved && FormErrors(request, data) is { } errors)
            return new ResumeOutcome.Invalid(errors);
        if (!await ApprovalRows.DecideAsync(connection, key, decision, voter, ct))
            return new ResumeOutcome.WrongState("already_decided", $"{by} has decided about step '{step.StepId}' already.");
        var decisions = (await ApprovalRows.DecisionsAsync(connection, [key], ct))[key].ToList();
        if (ApprovalRules.Judge(request, decisions) is { } approved)
        {
            ApprovalRules.Settle(run, step, request, approved, decisions);
            return new ResumeOutcome.Done(Settled: true);
        }

        run.AddLogs([new RunLogLine
        {
            StepId = step.StepId,
            Source = "control-plane",
            Message = $"{by} {(decision.Approved ? "approved" : "rejected")}: {decisions.Count(d => d.Approved)} of {request.Required} approvals.",
        }]);
        return new ResumeOutcome.Done(Settled: false);
    }

    private static ApprovalDecision Read(JsonElement data, string by, DateTimeOffset now)
    {
        var rejects = (data.TryGetProperty("approved", out var approved) && approved.ValueKind == JsonValueKind.False)
            || (data.TryGetProperty("decision", out var word) && word.ValueKind == JsonValueKind.String && word.GetString() is "rejected" or "reject");
        var comment = data.TryGetProperty("comment", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        return new ApprovalDecision
        {
            By = by,
            Approved = !rejects,
            Comment = comment is null ? null : LogRows.Cut(comment),
            Data = data,
            At = now,
        };
    }

    // The step's handler has compiled the schema before it asked.
    private static Dictionary<string, string[]>? FormErrors(ApprovalWait request, JsonElement data) =>
        request.Form is { ValueKind: JsonValueKind.Object } form
            ? InputCheck.Check(JsonSchema.TryCompile(form, out _), data, "data")
            : null;

    private static ResumeOutcome.Invalid Refuse(string field, string message) =>
        new(new Dictionary<string, string[]> { [field] = [message] });
}
