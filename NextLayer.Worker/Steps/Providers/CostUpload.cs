using System.Text.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>Brings an attempt's rows to the control plane in pages, and has them loaded at the end.</summary>
internal sealed class CostUpload(ControlPlaneClient controlPlane, StepContext context, TimeProvider time)
{
    private const int PageRows = 500;
    private const int PageCharacters = 1024 * 1024;
    private const int LongestRaw = 8000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly JsonElement NoRaw = JsonElement.Parse("{}");

    private readonly List<CostRow> page = [];
    private int characters;
    private int pages;

    public async Task AddAsync(CostRow row, CancellationToken ct)
    {
        row = Fit(row);
        page.Add(row);
        characters += row.Raw.GetRawText().Length + 500;
        if (page.Count == PageRows || characters >= PageCharacters)
            await FlushAsync(ct);
    }

    /// <returns>Rows of the day now.</returns>
    public async Task<int> LoadAsync(string provider, DateOnly date, CancellationToken ct)
    {
        if (page.Count > 0)
            await FlushAsync(ct);
        var request = new LoadCostsRequest
        {
            Lease = context.Lease,
            StepId = context.StepId,
            Attempt = context.Attempt,
            Pages = pages,
            Provider = provider,
            UsageDate = date,
        };
        return (await PatientlyAsync(() => controlPlane.LoadCostsAsync(context.RunId, request, ct), ct)).Rows;
    }

    private async Task FlushAsync(CancellationToken ct)
    {
        if (pages == StageCostsRequest.MostPages)
            throw StepFailure.Of(ProviderCodes.Response, $"The provider gives more than {pages * PageRows} rows for one day.");
        var request = new StageCostsRequest { Lease = context.Lease, StepId = context.StepId, Attempt = context.Attempt, Page = ++pages, Rows = [.. page] };
        await PatientlyAsync(() => controlPlane.StageCostsAsync(context.RunId, request, ct), ct);
        page.Clear();
        characters = 0;
    }

    /// <summary>An outage of the control plane is no failure of the step, and a repeat changes nothing; the step's time-out bounds the waiting.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> call, CancellationToken ct)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await call();
            }
            catch (ControlPlaneUnavailableException)
            {
                await Task.Delay(Backoff.Next(failures, FirstPause, LongestPause), time, ct);
            }
            catch (ControlPlaneRefusedException ex)
            {
                throw StepFailure.Of(ex.Code is "lease_lost" or "run_not_found" ? "LEASE_LOST" : ProviderCodes.Refused, ex.Sentence);
            }
        }
    }

    /// <summary>Texts as they can be stored.</summary>
    private static CostRow Fit(CostRow row) => row with
    {
        Service = Cut(row.Service, 300) is { Length: > 0 } service ? service : "other",
        SkuOrModel = row.SkuOrModel is { } sku ? Cut(sku, 300) : null,
        Unit = row.Unit is { } unit ? Cut(unit, 100) : null,
        Raw = row.Raw.GetRawText().Length <= LongestRaw && StorableText.IsStorable(row.Raw) ? row.Raw : NoRaw,
    };

    private static string Cut(string text, int most) => StorableText.Sanitize(text, most);
}
