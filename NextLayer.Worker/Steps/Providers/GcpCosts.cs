using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>
/// Google Cloud's billing export in BigQuery, summed by service, SKU and project. The connector of type <c>bigquery</c> holds
/// the <c>service_account</c> and the export's <c>billing_table</c>.
/// </summary>
internal sealed partial class GcpCosts(ProviderHttp http, TimeProvider time) : ICostProvider
{
    // Sums of NUMERIC are exact; the export's own columns are FLOAT64, each of which is cast before it is added.
    private const string Sql = """
        SELECT service.description AS service, sku.description AS sku, sku.id AS sku_id, project.id AS project_id,
               usage.pricing_unit AS unit, currency,
               SUM(CAST(usage.amount_in_pricing_units AS NUMERIC)) AS quantity,
               SUM(CAST(cost AS NUMERIC))
                 + SUM(IFNULL((SELECT SUM(CAST(credit.amount AS NUMERIC)) FROM UNNEST(credits) AS credit), 0)) AS cost
        FROM `{table}`
        WHERE usage_start_time >= TIMESTAMP(@date) AND usage_start_time < TIMESTAMP(DATE_ADD(@date, INTERVAL 1 DAY))
        GROUP BY service, sku, sku_id, project_id, unit, currency
        ORDER BY service, sku, sku_id, project_id, unit, currency
        """;

    public string Name => "gcp";

    public IReadOnlyList<string> ConnectorTypes { get; } = ["bigquery"];

    public async IAsyncEnumerable<CostRow> FetchAsync(
        StepContext context, Connector connector, DateOnly date, [EnumeratorCancellation] CancellationToken ct)
    {
        var config = connector.Config;
        var account = ServiceAccount.Read(context, connector);
        var table = config.RequiredText("billing_table");
        // A table's name cannot be a parameter of the query, so nothing else may stand there.
        if (!TableName().IsMatch(table))
            throw new StepConfigException("connector.config.billing_table must be project.dataset.table.");
        var job = new BigQueryJob(http, context, time)
        {
            BaseUrl = config.Text("base_url") ?? "https://bigquery.googleapis.com",
            ProjectId = config.Text("project_id") ?? account.ProjectId ?? table.Split('.')[0],
            Location = config.Text("location"),
            Token = await account.SignInAsync(context, http, ct),
        };
        await foreach (var row in job.RunAsync(Sql.Replace("{table}", table, StringComparison.Ordinal), date, ct))
            yield return Read(row);
    }

    private static CostRow Read(IReadOnlyDictionary<string, string?> row) => new()
    {
        Service = row.GetValueOrDefault("service") ?? "other",
        SkuOrModel = row.GetValueOrDefault("sku"),
        Quantity = Number(row, "quantity"),
        Unit = row.GetValueOrDefault("unit"),
        Cost = Number(row, "cost") ?? throw ProviderJson.Unexpected("cost", "a number"),
        Currency = row.GetValueOrDefault("currency") ?? throw ProviderJson.Unexpected("currency", "a text"),
        Raw = JsonSerializer.SerializeToElement(row, NextLayerJson.Options),
    };

    private static decimal? Number(IReadOnlyDictionary<string, string?> row, string name) => row.GetValueOrDefault(name) switch
    {
        null => null,
        var text when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw ProviderJson.Unexpected(name, "a number"),
    };

    [GeneratedRegex(@"^[a-z][a-z0-9:.-]{0,60}\.[A-Za-z0-9_]{1,200}\.[A-Za-z0-9_-]{1,200}\z")]
    private static partial Regex TableName();
}
