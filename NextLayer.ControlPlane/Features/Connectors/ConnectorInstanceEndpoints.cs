using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Connectors;

internal static class ConnectorInstanceEndpoints
{
    public static void MapConnectorInstances(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/connector-instances").WithTags("Connector instances");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().Requires(Permission.ConnectorsWrite).WithName("CreateConnectorInstance").WithSummary("Makes a connector instance.");
        group.MapGet("/", ListAsync).Requires(Permission.ConnectorsRead).WithName("ListConnectorInstances").WithSummary("Lists connector instances, newest first.");
        group.MapGet("/{id:guid}", GetAsync).Requires(Permission.ConnectorsRead).OnRow(RowKind.ConnectorInstance).WithName("GetConnectorInstance").WithSummary("Shows a connector instance.");
        group.MapPatch("/{id:guid}", UpdateAsync).Requires(Permission.ConnectorsWrite).OnRow(RowKind.ConnectorInstance).WithName("UpdateConnectorInstance").WithSummary("Changes a connector instance.");
        group.MapDelete("/{id:guid}", DeleteAsync).Requires(Permission.ConnectorsWrite).OnRow(RowKind.ConnectorInstance).WithName("DeleteConnectorInstance").WithSummary("Deletes a connector instance and its secrets.");
        group.MapPut("/{id:guid}/secrets/{name}", SetSecretAsync).Requires(Permission.ConnectorsWrite).OnRow(RowKind.ConnectorInstance)
            .WithName("SetConnectorSecret").WithSummary("Sets one secret of a connector instance, or rotates it.");
        group.MapDelete("/{id:guid}/secrets/{name}", DeleteSecretAsync).Requires(Permission.ConnectorsWrite).OnRow(RowKind.ConnectorInstance)
            .WithName("DeleteConnectorSecret").WithSummary("Removes one secret of a connector instance.");
        routes.MapGet("/api/connector-types", ListTypes).WithTags("Connector instances").RequiresSignIn().WithName("ListConnectorTypes")
            .WithSummary("Lists the connector types that steps know, with the schema of their settings and the names of their secrets.");
    }

    private static Task<Results<Ok<ConnectorInstanceCreated>, ProblemHttpResult>> CreateAsync(
        CreateConnectorInstanceRequest request, ConnectorInstanceStore connectors, RegistryWrites writes, HttpContext context, CancellationToken ct) =>
        writes.CreateAsync(context, token => connectors.CreateAsync(request, token), ct);

    private static async Task<Results<Ok<Page<ConnectorInstance>>, ProblemHttpResult>> ListAsync(
        [AsParameters] PageQuery page,
        [FromQuery(Name = "tenant_id")] Guid? tenantId,
        [FromQuery(Name = "connector_type")] string? connectorType,
        string? status,
        ConnectorInstanceStore connectors,
        HttpContext context,
        CancellationToken ct) =>
        status is null || EnumText.TryParse<ConnectorStatus>(status, out _)
            ? TypedResults.Ok(await connectors.ListAsync(tenantId, connectorType, status, page, context, ct))
            : Problems.Invalid("status", $"must be one of {string.Join(", ", EnumText.All<ConnectorStatus>())}.");

    private static async Task<Results<Ok<ConnectorInstance>, ProblemHttpResult>> GetAsync(Guid id, ConnectorInstanceStore connectors, CancellationToken ct) =>
        await connectors.FindAsync(id, ct) is { } found ? TypedResults.Ok(found) : Problems.NotFound("connector_instance", id);

    private static async Task<Results<Ok<ConnectorInstance>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdateConnectorInstanceRequest request, ConnectorInstanceStore connectors, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => connectors.UpdateAsync(id, request, token), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, ConnectorInstanceStore connectors, CancellationToken ct) =>
        await connectors.DeleteAsync(id, ct) is { } problem ? problem : TypedResults.NoContent();

    private static async Task<Results<Ok<ConnectorSecret>, ProblemHttpResult>> SetSecretAsync(
        Guid id, string name, SetConnectorSecretRequest request, ConnectorInstanceStore connectors, RegistryWrites writes, CancellationToken ct) =>
        (await writes.ChangeAsync(token => connectors.SetSecretAsync(id, name, request, token), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteSecretAsync(Guid id, string name, ConnectorInstanceStore connectors, CancellationToken ct) =>
        await connectors.DeleteSecretAsync(id, name, ct) is { } problem ? problem : TypedResults.NoContent();

    private static Ok<IReadOnlyList<ConnectorType>> ListTypes() => TypedResults.Ok(ConnectorTypes.All);
}
