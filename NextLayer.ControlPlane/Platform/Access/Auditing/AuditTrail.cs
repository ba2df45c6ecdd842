namespace NextLayer.ControlPlane.Platform.Access.Auditing;

/// <summary>What a call's handler adds to its entry in the audit log: what it made, and whose that is.</summary>
internal sealed class AuditTrail
{
    public string? ObjectId { get; private set; }

    public Guid? TenantId { get; private set; }

    /// <summary>Does nothing where the call is not audited.</summary>
    public static void Made(HttpContext context, Guid objectId, Guid? tenantId = null)
    {
        if (context.Features.Get<AuditTrail>() is not { } trail)
            return;
        trail.ObjectId = objectId.ToString();
        trail.TenantId = tenantId;
    }
}
