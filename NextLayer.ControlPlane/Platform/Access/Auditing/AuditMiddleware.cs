namespace NextLayer.ControlPlane.Platform.Access.Auditing;

/// <summary>Has calls followed by the audit log once nothing but the call itself can refuse them: a flood that is turned away is not written down.</summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditLog audit)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is { } endpoint && AccessRules.Of(endpoint) is { } rule
            ? audit.FollowAsync(context, endpoint, rule, next)
            : next(context);
}
