using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Database;

/// <summary><c>database_query</c>: one statement on the PostgreSQL database of a connector.</summary>
internal sealed class DatabaseQueryStep(ConnectorSource connectors, GuardedConnector network) : IStepHandler
{
    private static readonly string[] Types = ["postgres"];

    public string Type => "database_query";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = QueryConfig.Read(context.Config);
        var connector = await connectors.GetAsync(context, Types, ct);
        var settings = DatabaseSettings.Read(connector.Config, context.Secrets);
        var output = await new DatabaseSession(settings, config, network).RunAsync(ct);
        return new StepResult.Completed(JsonSerializer.SerializeToElement(output, NextLayerJson.Options));
    }
}
