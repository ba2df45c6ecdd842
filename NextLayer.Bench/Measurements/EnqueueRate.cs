using System.Diagnostics;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;

namespace NextLayer.Bench.Measurements;

/// <summary>How many runs callers can make a second while nothing is executed.</summary>
internal static class EnqueueRate
{
    public const string Single = "enqueue: POST /api/runs, 20 callers";
    public const string Batch = "enqueue: POST /api/runs/batch of 500, 1 caller";

    private const int Callers = 20;
    private const int BatchSize = 500;

    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 0, ct);
        var (_, versionId) = await stack.Database.AddVersionAsync(Definitions.OneStep, ct);
        var body = ApiClient.CreateBody(versionId);
        var batch = ApiClient.BatchBody(versionId, BatchSize);
        List<double> singles = [], batches = [];
        var times = new List<double>();
        List<Dictionary<string, double>> singleCpu = [], batchCpu = [];
        for (var pass = 0; pass <= bench.Options.Repeat; pass++)
        {
            await stack.Database.SettleAsync(ct);
            var taken = new double[bench.Options.SingleCreates];
            var meter = stack.StartCpuMeter();
            var single = await RateAsync(bench.Options.SingleCreates, Callers, i => TimeAsync(taken, i, () => stack.Api.CreateAsync(body, ct)), ct);
            var singleCost = meter.MicrosecondsPer(bench.Options.SingleCreates);
            await stack.Database.SettleAsync(ct);
            meter = stack.StartCpuMeter();
            var calls = bench.Options.DrainRuns / BatchSize;
            var many = await RateAsync(calls, 1, _ => stack.Api.CreateBatchAsync(batch, ct), ct) * BatchSize;
            if (pass == 0)
                continue; // Warms up: the services have compiled their hot paths now.
            singles.Add(single);
            batches.Add(many);
            singleCpu.Add(singleCost);
            batchCpu.Add(meter.MicrosecondsPer(bench.Options.DrainRuns));
            times.AddRange(taken);
        }

        bench.Report.Add(new Rate(Single, "runs/s", singles));
        bench.Report.Add(new Rate(Batch, "runs/s", batches));
        bench.Report.Add(new Latency("POST /api/runs with 20 callers", times));
        CpuMeter.Add(bench.Report, Single, singleCpu);
        CpuMeter.Add(bench.Report, Batch, batchCpu);
        stack.MeasureMemory(bench.Report, "enqueue");
    }

    private static async Task<double> RateAsync(int calls, int callers, Func<int, Task> call, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(
            0, calls, new ParallelOptions { MaxDegreeOfParallelism = callers, CancellationToken = ct }, async (i, _) => await call(i));
        return calls / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task TimeAsync(double[] milliseconds, int index, Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        await call();
        milliseconds[index] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
