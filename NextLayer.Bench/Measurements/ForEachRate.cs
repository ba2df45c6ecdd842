using System.Diagnostics;
using System.Text.Json;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;

namespace NextLayer.Bench.Measurements;

/// <summary>How many items of one for-each step are worked off in a second, each as a child run.</summary>
internal static class ForEachRate
{
    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 2, ct);
        var (_, versionId) = await stack.Database.AddVersionAsync(Definitions.ForEach, ct);
        var items = bench.Options.ForEachItems;
        var rates = new List<double>();
        for (var pass = 0; pass <= bench.Options.Repeat; pass++)
        {
            await stack.Database.SettleAsync(ct);
            var rate = items / (await RunAsync(stack, versionId, items, ct)).TotalSeconds;
            if (pass > 0) // The first warms up.
                rates.Add(rate);
        }

        bench.Report.Add(new Rate($"for-each: {items:N0} items in one run, 50 at a time, 2 workers", "items/s", rates));
        stack.MeasureMemory(bench.Report, "for-each");
    }

    /// <returns>From the run's creation to its end, by the database's clock.</returns>
    private static async Task<TimeSpan> RunAsync(BenchStack stack, Guid versionId, int items, CancellationToken ct)
    {
        var request = new CreateRunRequest
        {
            TenantId = BenchDatabase.TenantId,
            PipelineVersionId = versionId,
            Parameters = JsonSerializer.SerializeToElement(new { items = Enumerable.Range(0, items) }, NextLayerJson.Options),
        };
        var id = (await stack.Api.AskAsync<CreateRunRequest, RunCreated>("/api/runs", request, ct)).Id;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var run = JsonSerializer.Deserialize<RunFound>(await stack.Api.GetAsync($"/api/runs/{id}", ct), NextLayerJson.Options)!.Run; // The contract's own type.
            if (run.Status == RunStatus.Succeeded)
                return run.FinishedAt!.Value - run.CreatedAt; // An ended run has an end.
            if (run.Status is RunStatus.Failed or RunStatus.Cancelled)
                throw new InvalidOperationException($"The run ended as {run.Status}: {run.ErrorMessage}");
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(3))
                throw new TimeoutException("The run was not finished after three minutes.");
            await Task.Delay(50, ct);
        }
    }
}
