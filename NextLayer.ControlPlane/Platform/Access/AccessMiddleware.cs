using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>
/// The one place where calls are let in: who calls, whether they have the right the endpoint asks for, and whether the
/// tenant or row that the address names is theirs. It stands before anything of a body is read.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, Authenticator authenticator, CallerTenants tenants, RowOwners owners)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || AccessRules.Of(endpoint) is not { } rule)
        {
            // Routing's own answers (405, 415) have no rule, and no way into the system.
            if (endpoint is RouteEndpoint)
                throw new InvalidOperationException($"{endpoint.DisplayName} has no access rule.");
            await next(context);
            return;
        }

        var whole = CallerScope.Everything;
        if (!rule.IsOpen)
        {
            (var refusal, whole) = await LetInAsync(context, endpoint, rule);
            if (refusal is not null)
            {
                await refusal.ExecuteAsync(context);
                return;
            }
        }

        if (context.Features.Get<Caller>() is { } caller && endpoint.Metadata.GetMetadata<NamedRow>() is { } row)
        {
            var (forbidden, hidden) = await LookAtRowAsync(context, row, caller, context.Features.Get<CallerScope>()!); // Set with the caller.
            if (forbidden is not null)
            {
                await forbidden.ExecuteAsync(context);
                return;
            }

            if (hidden is { } id)
                HiddenRow.Hide(context, row.RouteValue, id);
        }

        // Here: what an awaited method enters is left when it returns.
        context.Features.Get<Caller>()?.Enter();
        whole.Enter();
        await next(context);
    }

    /// <returns>
    /// The refusal, or null for a call that may go on: what it may is then among its features, narrowed to the tenant it names.
    /// And all that the caller may, for the database's own rules.
    /// </returns>
    private async ValueTask<(IResult? Refusal, CallerScope Whole)> LetInAsync(HttpContext context, Endpoint endpoint, AccessRule rule)
    {
        var (caller, problem) = await authenticator.AuthenticateAsync(context);
        if (caller is null)
            return (problem, CallerScope.Everything);
        var scope = rule.Permission is { } permission ? caller.ScopeOf(permission) : CallerScope.Everything;
        if (scope.Tenants is { Count: 0 })
            return (AccessProblems.Forbidden(rule.Permission), scope);
        context.Features.Set(caller);
        context.Features.Set(scope);
        if (endpoint.Metadata.GetMetadata<ActsInTenant>() is { } acts)
        {
            (var tenant, problem) = await tenants.ResolveAsync(context, acts, caller, scope);
            if (problem is not null)
                return (problem, scope);
            context.Features.Set(tenant);
            if (tenant is not null && rule.Permission is not null)
                context.Features.Set(new CallerScope([tenant.Id]));
        }

        return (null, scope);
    }

    /// <returns>The refusal, and the row that is not there for this caller.</returns>
    private async ValueTask<(IResult? Refusal, Guid? Hidden)> LookAtRowAsync(HttpContext context, NamedRow row, Caller caller, CallerScope scope)
    {
        if (scope.IsEverything
            || !Guid.TryParse(context.Request.RouteValues[row.RouteValue]?.ToString(), out var id)
            || await owners.FindAsync(row.Kind, id, context.RequestAborted) is not { } owner
            || scope.Covers(owner))
        {
            return default;
        }

        // A call that names one tenant looks for nothing in another, whoever makes it.
        return caller.Knows(owner) && context.Features.Get<CallerTenant>() is null ? (AccessProblems.Forbidden(context, owner), null) : (null, id);
    }
}
