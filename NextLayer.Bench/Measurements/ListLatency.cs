using System.Diagnostics;
using System.Text.Json;
using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;

namespace NextLayer.Bench.Measurements;

/// <summary>How long pages of <c>GET /api/runs</c> take when the list is very long.</summary>
internal static class ListLatency
{
    public static async Task MeasureAsync(BenchContext bench, CancellationToken ct)
    {
        await using var stack = await BenchStack.StartAsync(bench, workers: 0, ct);
        Report.Say($"filling the list with {bench.Options.ListedRuns:N0} runs");
        await ManyRuns.FillAsync(stack.Database, bench.Options.ListedRuns, ct);

        foreach (var (name, address) in Pages(bench.Options.ListedRuns))
            await MeasurePageAsync(bench, stack.Api, name, () => address, ct);
        var cursor = await DeepCursorAsync(stack.Api, bench.Options.ListedRuns, ct);
        await MeasurePageAsync(bench, stack.Api, "cursor, half way down, page after page", () => $"/api/runs?cursor={cursor}", ct,
            page => cursor = NextCursor(page) ?? cursor);
        stack.MeasureMemory(bench.Report, "list");
    }

    private static IEnumerable<(string Name, string Address)> Pages(int runs)
    {
        var tenant = ManyRuns.TenantId(7);
        yield return ("first page", "/api/runs");
        yield return ("first page of 100", "/api/runs?limit=100");
        yield return ("status FAILED", "/api/runs?status=FAILED");
        yield return ("status SUCCEEDED", "/api/runs?status=SUCCEEDED");
        yield return ("status QUEUED or PAUSED", "/api/runs?status=QUEUED&status=PAUSED");
        yield return ("tenant", $"/api/runs?tenant_id={tenant}");
        yield return ("tenant and status FAILED", $"/api/runs?tenant_id={tenant}&status=FAILED");
        yield return ("pipeline", $"/api/runs?pipeline_id={ManyRuns.PipelineId(7, 3)}");
        yield return ("trigger type", "/api/runs?trigger_type=schedule");
        yield return ("trigger type and tenant", $"/api/runs?trigger_type=schedule&tenant_id={tenant}");
        yield return ("trigger type and tenant, usual type", $"/api/runs?trigger_type=manual&tenant_id={tenant}");
        yield return ("trigger type and status, none", "/api/runs?trigger_type=schedule&status=RUNNING");
        yield return ("trigger type and status PAUSED", "/api/runs?trigger_type=schedule&status=PAUSED");
        yield return ("worker", "/api/runs?worker_id=worker-3");
        yield return ("worker and tenant", $"/api/runs?worker_id=worker-3&tenant_id={tenant}");
        yield return ("worker, none", "/api/runs?worker_id=nobody");
        yield return ("took a second or longer, tenant", $"/api/runs?duration_ms_min=1000&tenant_id={tenant}");
        yield return ("took an hour or longer, none", "/api/runs?duration_ms_min=3600000");
        yield return ("error text, often", "/api/runs?q=502");
        yield return ("error text, never", "/api/runs?q=nowhere");
        yield return ("error text and tenant", $"/api/runs?q=503&tenant_id={tenant}");
        yield return ("created before half way", $"/api/runs?created_before={HalfWay(runs)}");
        yield return ("offset 5,000", "/api/runs?offset=5000");
    }

    private static async Task MeasurePageAsync(
        BenchContext bench, ApiClient api, string name, Func<string> address, CancellationToken ct, Action<byte[]>? then = null)
    {
        var times = new List<double>();
        var requests = bench.Options.ListRequests;
        for (var i = -requests / 5; i < requests; i++)
        {
            var next = address();
            var started = Stopwatch.GetTimestamp();
            var page = await api.GetAsync(next, ct);
            if (i >= 0) // The ones before warm up.
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            then?.Invoke(page);
        }

        bench.Report.Add(new Latency(
            $"list of {bench.Options.ListedRuns:N0}: {name}", times, Target.Below(30, "ms"), TargetPercentile: 95));
    }

    private static async Task<string> DeepCursorAsync(ApiClient api, int runs, CancellationToken ct) =>
        NextCursor(await api.GetAsync($"/api/runs?created_before={HalfWay(runs)}", ct))
        ?? throw new InvalidOperationException("The middle of the list has no next page.");

    private static string HalfWay(int runs) =>
        Uri.EscapeDataString(TimeProvider.System.GetUtcNow().AddSeconds(-runs).ToString("O")); // One run every two seconds.

    private static string? NextCursor(byte[] page)
    {
        using var document = JsonDocument.Parse(page);
        return document.RootElement.GetProperty("next_cursor").GetString() is { } cursor ? Uri.EscapeDataString(cursor) : null;
    }
}
