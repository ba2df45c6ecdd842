using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Keeps callers from giving away what they do not have: a key narrowed to making keys cannot make a mightier one.</summary>
internal static class GivenRights
{
    public static IReadOnlySet<Permission> Of(Role role, Guid? tenantId) =>
        tenantId is null ? PermissionTable.OfPlatform(role) : PermissionTable.Of(role);

    /// <param name="tenantId">Where they are given; null for the whole installation.</param>
    /// <param name="given">All that whoever gets them may do.</param>
    /// <returns>403 that names the first right the giver lacks, or null.</returns>
    public static ProblemHttpResult? Refuse(Caller giver, Guid? tenantId, IEnumerable<Permission> given)
    {
        foreach (var right in given.Order())
        {
            if (!(tenantId is { } tenant ? giver.Has(right, tenant) : giver.HasEverywhere(right)))
                return AccessProblems.Forbidden(right, tenantId);
        }

        return null;
    }
}
