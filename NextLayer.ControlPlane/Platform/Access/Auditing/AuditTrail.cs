using System.Reflection;

namespace NextLayer.ControlPlane.Platform.Access.Auditing;

/// <summary>What a call's handler adds to its entry in the audit log: what it made, and whose that is.</summary>
internal sealed class AuditTrail
{
    public Guid? ObjectId { get; private set; }

    public Guid? TenantId { get; private set; }

    /// <summary>Does nothing where the call is not audited.</summary>
    /// <param name="made">Its <c>Id</c> and <c>TenantId</c> are taken, where it has them.</param>
    public static void Made<T>(HttpContext context, T made)
        where T : class
    {
        if (context.Features.Get<AuditTrail>() is { } trail)
            (trail.ObjectId, trail.TenantId) = (Members<T>.Id?.GetValue(made) as Guid?, Members<T>.TenantId?.GetValue(made) as Guid?);
    }

    private static class Members<T>
    {
        public static readonly PropertyInfo? Id = typeof(T).GetProperty("Id");
        public static readonly PropertyInfo? TenantId = typeof(T).GetProperty("TenantId");
    }
}
