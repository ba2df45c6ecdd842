using NextLayer.Contracts.Providers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.ControlPlane.Features.Costs;

/// <summary>Sums a tenant's costs.</summary>
internal sealed class CostStore(Databases databases)
{
    private const int MostItems = 10_000;

    private const string TodaySql = "SELECT (now() AT TIME ZONE 'UTC')::date";

    // Rows that only count something have no cost and are left out.
    private const string Asked = """
        FROM cost_records
        WHERE tenant_id = $1 AND usage_date BETWEEN $2 AND $3 AND ($4::text IS NULL OR provider = $4) AND cost <> 0
        """;

    private const string TotalsSql = $"SELECT provider, currency, sum(cost) {Asked} GROUP BY provider, currency ORDER BY provider, currency";

    private const string ItemsSql = $"""
        SELECT usage_date, provider,
               CASE $5 WHEN 'service' THEN service WHEN 'sku_or_model' THEN sku_or_model ELSE provider END AS grouped,
               currency, sum(cost)
        {Asked} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3 NULLS LAST, 4 LIMIT $6
        """;

    /// <summary>Today, UTC, by the database's clock.</summary>
    public async Task<DateOnly> TodayAsync(CancellationToken ct)
    {
        await using var command = databases.Main.CreateCommand(TodaySql);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct); // The statement always answers one row.
        return row.GetFieldValue<DateOnly>(0);
    }

    public async Task<CostReport> ReadAsync(Guid tenantId, CostRange range, CancellationToken ct)
    {
        await using var connection = await databases.OpenForCallerAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        AddRange(batch.Add(TotalsSql), tenantId, range);
        var items = batch.Add(ItemsSql);
        AddRange(items, tenantId, range);
        items.Parameters.Add(new NpgsqlParameter<string> { TypedValue = range.GroupBy });
        items.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostItems + 1 });
        await using var row = await batch.ExecuteReaderAsync(ct);
        var totals = new List<CostTotal>();
        while (await row.ReadAsync(ct))
            totals.Add(new CostTotal { Provider = row.GetString(0), Currency = row.GetString(1), Cost = Plain(row.GetDecimal(2)) });
        await row.NextResultAsync(ct);
        var found = new List<CostItem>();
        while (await row.ReadAsync(ct))
            found.Add(ReadItem(row));
        return new CostReport
        {
            From = range.From,
            To = range.To,
            GroupBy = range.GroupBy,
            Totals = totals,
            Items = [.. found.Take(MostItems)],
            Truncated = found.Count > MostItems,
        };
    }

    private static CostItem ReadItem(NpgsqlDataReader row) => new()
    {
        Date = row.GetFieldValue<DateOnly>(0),
        Provider = row.GetString(1),
        Group = row.GetText(2),
        Currency = row.GetString(3),
        Cost = Plain(row.GetDecimal(4)),
    };

    /// <summary>Without the zeros that the column's scale adds: 1.500000000000 is 1.5.</summary>
    private static decimal Plain(decimal value) => value / 1.000000000000000000000000000000000m;

    private static void AddRange(NpgsqlBatchCommand command, Guid tenantId, CostRange range)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenantId });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = range.From });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = range.To });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = range.Provider ?? (object)DBNull.Value });
    }
}
