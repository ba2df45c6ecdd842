using System.Diagnostics;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;

namespace NextLayer.Bench.Measurements;

/// <summary>How many queued runs the whole system brings to SUCCEEDED a second.</summary>
internal static class DrainRate
{
    public static string OneStep(int workers) => $"drain: one-step runs, {workers} {(workers == 1 ? "worker" : "workers")}";

    public static string ThreeSteps(int workers) => $"drain: three-step runs, {workers} workers";

    public static Task MeasureOneStepAsync(BenchContext bench, int workers, CancellationToken ct) =>
        MeasureAsync(bench, OneStep(workers), Definitions.OneStep, bench.Options.DrainRuns, workers, ct);

    public static Task MeasureThreeStepsAsync(BenchContext bench, CancellationToken ct) =>
        MeasureAsync(bench, ThreeSteps(2), Definitions.ThreeSteps, bench.Options.DrainRuns / 2, 2, ct);

    private static async Task MeasureAsync(
        BenchContext bench, string name, string definition, int runs, int workers, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers, ct);
        var (_, versionId) = await stack.Database.AddVersionAsync(definition, ct);
        await DrainAsync(stack, versionId, runs, ct); // Warms up: the services have compiled their hot paths then.
        var rates = new List<double>();
        var cpu = new List<Dictionary<string, double>>();
        for (var pass = 0; pass < bench.Options.Repeat; pass++)
            rates.Add(await DrainAsync(stack, versionId, runs, ct, cpu));
        bench.Report.Add(new Rate(name, "runs/s", rates));
        CpuMeter.Add(bench.Report, name, cpu);
        stack.MeasureMemory(bench.Report, name);
    }

    private static async Task<double> DrainAsync(
        BenchStack stack, Guid versionId, int runs, CancellationToken ct, List<Dictionary<string, double>>? cpu = null)
    {
        var database = stack.Database;
        await stack.Api.StopEngineAsync(ct);
        var before = await database.AskAsync<long>("SELECT count(*) FROM pipeline_runs", ct);
        await stack.Api.EnqueueAsync(versionId, runs, ct);
        await database.SettleAsync(ct);

        var meter = stack.StartCpuMeter();
        // Begin and end by the same clock, the database's.
        var begin = await database.AskAsync<DateTime>("SELECT clock_timestamp()", ct);
        await stack.Api.StartEngineAsync(ct);
        await UntilDrainedAsync(database, ct);
        cpu?.Add(meter.MicrosecondsPer(runs));

        var succeeded = await database.AskAsync<long>("SELECT count(*) FROM pipeline_runs WHERE status = 'SUCCEEDED'", ct);
        if (succeeded != before + runs)
            throw new InvalidOperationException($"{succeeded - before} of {runs} runs succeeded; the others ended otherwise.");
        var end = await database.AskAsync<DateTime>("SELECT max(finished_at) FROM pipeline_runs", ct);
        return runs / (end - begin).TotalSeconds;
    }

    private static async Task UntilDrainedAsync(BenchDatabase database, CancellationToken ct)
    {
        const string anyLeft = """
            SELECT EXISTS (SELECT FROM pipeline_runs WHERE status = 'QUEUED') OR EXISTS (SELECT FROM pipeline_runs WHERE status = 'RUNNING')
            """;
        var started = Stopwatch.GetTimestamp();
        while (await database.AskAsync<bool>(anyLeft, ct))
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(3))
                throw new TimeoutException("The queue was not empty after three minutes.");
            await Task.Delay(50, ct);
        }
    }
}
