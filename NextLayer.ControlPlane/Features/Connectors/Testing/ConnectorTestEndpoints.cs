using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ServiceDefaults.Network;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

internal static class ConnectorTestEndpoints
{
    public static void AddConnectorTests(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => new GuardedConnector(AllowedHosts.From(builder.Configuration)));
        builder.Services.AddSingleton<HttpProbe>();
        builder.Services.AddSingleton<ServiceAccountProbe>();
        builder.Services.AddSingleton<SmtpProbe>();
        builder.Services.AddSingleton<PostgresProbe>();
        builder.Services.AddSingleton<ConnectorTester>();
    }

    public static void MapConnectorTests(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/connector-instances/{id:guid}/test", TestAsync).WithTags("Connector instances")
            .Requires(Permission.ConnectorsWrite).OnRow(RowKind.ConnectorInstance).WithName("TestConnectorInstance")
            .WithSummary("Tries the connection, and keeps what came of it.");

    private static async Task<Results<Ok<ConnectorTest>, ProblemHttpResult>> TestAsync(Guid id, ConnectorTester tester, CancellationToken ct) =>
        (await tester.TestAsync(id, ct)).ToOk();
}
