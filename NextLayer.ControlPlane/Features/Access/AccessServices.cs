namespace NextLayer.ControlPlane.Features.Access;

/// <summary>Who the caller is, who else may do what, and what they did.</summary>
internal static class AccessServices
{
    public static void AddAccessApi(this IServiceCollection services)
    {
        services.AddSingleton<MembershipNames>();
        services.AddScoped<AdministratorRule>();
        services.AddScoped<MemberStore>();
        services.AddScoped<ApiKeyStore>();
        services.AddSingleton<AuditReader>();
    }

    public static void MapAccessApi(this IEndpointRouteBuilder api)
    {
        api.MapMe();
        api.MapMembers();
        api.MapApiKeys();
        api.MapAudit();
    }
}
