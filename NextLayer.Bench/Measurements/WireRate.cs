using System.Diagnostics;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Bench.Measurements;

/// <summary>
/// The control plane alone: one-step runs are claimed and reported as done by callers that execute nothing. What a
/// drain with real workers loses against this is the workers' own.
/// </summary>
internal static class WireRate
{
    public const string Name = "wire: claim and report over HTTP, 4 callers, nothing executed";

    private const int Callers = 4;
    private const int ClaimSize = 256;

    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 0, ct);
        var (_, versionId) = await stack.Database.AddVersionAsync(Definitions.OneStep, ct);
        await stack.Database.ExecuteAsync("UPDATE pipeline_state SET state = 'running'", ct); // Claims read it; nobody else is here.
        var rates = new List<double>();
        var cpu = new List<Dictionary<string, double>>();
        for (var pass = 0; pass <= bench.Options.Repeat; pass++)
        {
            await stack.Api.EnqueueAsync(versionId, bench.Options.DrainRuns, ct);
            await stack.Database.SettleAsync(ct);
            var meter = stack.StartCpuMeter();
            var rate = await DrainAsync(stack.Api, bench.Options.DrainRuns, ct);
            if (pass == 0)
                continue; // Warms up: the services have compiled their hot paths now.
            rates.Add(rate);
            cpu.Add(meter.MicrosecondsPer(bench.Options.DrainRuns));
        }

        bench.Report.Add(new Rate(Name, "runs/s", rates));
        CpuMeter.Add(bench.Report, Name, cpu);
        stack.MeasureMemory(bench.Report, "wire");
    }

    private static async Task<double> DrainAsync(ApiClient api, int runs, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var drained = await Task.WhenAll(Enumerable.Range(1, Callers).Select(caller => DrainAsync(api, $"wire-{caller}", ct)));
        return drained.Sum() == runs
            ? runs / Stopwatch.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException($"{drained.Sum()} of {runs} runs were drained.");
    }

    private static async Task<int> DrainAsync(ApiClient api, string workerId, CancellationToken ct)
    {
        var drained = 0;
        var claim = new ClaimRequest { WorkerId = workerId, MaxRuns = ClaimSize, LeaseSeconds = 30 };
        while (await api.AskAsync<ClaimRequest, ClaimedMany>("/api/runs/claim", claim, ct) is { Runs.Count: > 0 } claimed)
        {
            var reports = new WorkerReportsRequest { Reports = [.. claimed.Runs.Select(Done)] };
            var answer = await api.AskAsync<WorkerReportsRequest, WorkerReportsResponse>($"/api/workers/{workerId}/reports", reports, ct);
            drained += answer.Results.Count(r => r is { Verdict: ReportVerdict.Accepted, Status: RunStatus.Succeeded });
        }

        return drained;
    }

    private static RunReport Done(ClaimedRun claimed) => new()
    {
        RunId = claimed.Run.Id,
        Lease = claimed.Lease,
        Seq = 1,
        Steps = [new StepReport { StepId = "a", StepType = "noop", Attempt = 1, Status = StepStatus.Completed, DurationMs = 0.1 }],
        Completion = new RunCompletion { Status = RunStatus.Succeeded },
    };
}
