using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Tenancy;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Whose members or keys are meant: the tenant's, or with <c>scope=platform</c> those of the whole installation.</summary>
[QueryParameters]
internal sealed record ManagedScope(
    [property: FromQuery(Name = "scope"), Description("platform for those of the whole installation; the tenant's when absent.")] string? Scope = null)
{
    private const string Platform = "platform";

    /// <returns>The tenant, or null for the installation; or a problem.</returns>
    public (Guid? TenantId, ProblemHttpResult? Problem) Resolve(CallerTenant tenant, Caller caller, Permission permission) => Scope switch
    {
        null => (tenant.Id, null),
        Platform when caller.HasEverywhere(permission) => (null, null),
        Platform => (null, AccessProblems.Forbidden(permission)),
        _ => (null, Problems.Invalid("scope", $"must be {Platform}, or left out.")),
    };
}
