using System.Globalization;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Steps.Providers;

/// <summary><c>provider_costs</c>: fetches a day's usage and costs; the day's old rows go when all new ones are there.</summary>
internal sealed class ProviderCostsStep(
    IEnumerable<ICostProvider> providers, ConnectorSource connectors, ControlPlaneClient controlPlane, TimeProvider time) : IStepHandler
{
    public string Type => "provider_costs";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = new StepConfig(context.Config);
        var name = config.RequiredText("provider");
        var provider = providers.FirstOrDefault(p => p.Name == name)
            ?? throw config.Wrong("provider", "one of " + string.Join(", ", providers.Select(p => p.Name)));
        if (!DateOnly.TryParseExact(config.RequiredText("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            throw config.Wrong("date", "a day as YYYY-MM-DD");
        var connector = await connectors.GetAsync(context, provider.ConnectorTypes, ct);
        context.Log.Info($"Fetching {provider.Name} costs of {date:O} with connector {connector.Id}.");

        var upload = new CostUpload(controlPlane, context, time);
        var totals = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        await foreach (var row in provider.FetchAsync(context, connector, date, ct))
        {
            await upload.AddAsync(row, ct);
            totals[row.Currency] = totals.GetValueOrDefault(row.Currency) + row.Cost;
        }

        var rows = await upload.LoadAsync(provider.Name, date, ct);
        var sums = totals.ToDictionary(total => total.Key, total => total.Value.ToString(CultureInfo.InvariantCulture));
        context.Log.Info($"Loaded {rows} rows{string.Concat(sums.Select(sum => $", {sum.Value} {sum.Key}"))}.");
        return new StepResult.Completed(JsonSerializer.SerializeToElement(
            new { provider = provider.Name, date = date.ToString("O"), rows_processed = rows, totals = sums }, NextLayerJson.Options));
    }
}
