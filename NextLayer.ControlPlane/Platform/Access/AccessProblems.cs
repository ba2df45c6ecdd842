using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>Refusals of callers who are known, but may not.</summary>
internal static class AccessProblems
{
    /// <summary>403 for a caller who knows the tenant and has too small a role there.</summary>
    public static ProblemHttpResult Forbidden(HttpContext context, Guid? tenantId = null) =>
        Forbidden(context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>()?.Permission, tenantId);

    /// <summary>403, naming the right that is missing.</summary>
    public static ProblemHttpResult Forbidden(Permission? permission, Guid? tenantId = null) => Problems.Make(
        StatusCodes.Status403Forbidden,
        "forbidden",
        $"This needs the permission {(permission is { } right ? EnumText.Of(right) : "of an administrator")}"
        + $"{(tenantId is { } tenant ? $" in tenant {tenant}" : "")}, which you do not have. An administrator can give you a role that has it.");
}
