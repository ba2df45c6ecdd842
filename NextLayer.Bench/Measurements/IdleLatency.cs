using System.Diagnostics;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;

namespace NextLayer.Bench.Measurements;

/// <summary>How long a run of an idle system waits until its first step runs.</summary>
internal static class IdleLatency
{
    private const string StepStartsSql = """
        SELECT r.id, r.created_at, e.created_at
        FROM pipeline_runs r JOIN run_events e ON e.run_id = r.id AND e.type = 'step.started'
        """;

    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 1, ct);
        var (_, versionId) = await stack.Database.AddVersionAsync(Definitions.OneStep, ct);
        var body = ApiClient.CreateBody(versionId);
        await stack.Api.EnqueueAsync(versionId, 2_000, ct); // Warms up.
        await UntilEndedAsync(stack.Database, ct);
        await stack.Database.SettleAsync(ct);

        var sent = new Dictionary<Guid, DateTimeOffset>();
        var creates = new List<double>();
        for (var i = 0; i < bench.Options.LatencyRuns; i++)
        {
            // Long enough for everything to be idle again; uneven, so that no timer marches in step.
            await Task.Delay(Random.Shared.Next(40, 90), ct);
            var at = TimeProvider.System.GetUtcNow();
            var started = Stopwatch.GetTimestamp();
            var id = await stack.Api.CreateAndReadAsync(body, ct);
            creates.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            sent.Add(id, at);
        }

        await UntilEndedAsync(stack.Database, ct);
        await ReportAsync(bench.Report, stack.Database, sent, creates, ct);
    }

    private static async Task ReportAsync(
        Report report, BenchDatabase database, Dictionary<Guid, DateTimeOffset> sent, List<double> creates, CancellationToken ct)
    {
        List<double> fromSend = [], fromRow = [];
        await using var command = database.Pools.Main.CreateCommand(StepStartsSql);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            if (!sent.TryGetValue(rows.GetGuid(0), out var at))
                continue;
            var step = rows.GetFieldValue<DateTimeOffset>(2);
            fromRow.Add((step - rows.GetFieldValue<DateTimeOffset>(1)).TotalMilliseconds);
            fromSend.Add((step - at).TotalMilliseconds); // Another clock, but the same machine's.
        }

        if (fromSend.Count != sent.Count)
            throw new InvalidOperationException($"{fromSend.Count} of {sent.Count} runs started their step.");
        report.Add(new Latency("idle: POST sent → first step starts", fromSend, Target.Below(15, "ms")));
        report.Add(new Latency("idle: run created → first step starts", fromRow));
        report.Add(new Latency("idle: POST /api/runs answered", creates));
    }

    private static async Task UntilEndedAsync(BenchDatabase database, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (await database.AskAsync<bool>("SELECT EXISTS (SELECT FROM pipeline_runs WHERE finished_at IS NULL)", ct))
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
                throw new TimeoutException("Runs were still not finished after a minute.");
            await Task.Delay(50, ct);
        }
    }
}
