using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Platform.Access.Auditing;
using NextLayer.ControlPlane.Platform.Access.Keys;
using NextLayer.ControlPlane.Platform.Access.Tokens;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Platform.Access;

internal static class AccessSetup
{
    private const long LargestKeySet = 1024 * 1024;

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsRules>();
        services.AddOptions<AuthOptions>().BindConfiguration("Auth").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<GrantStore>();
        services.AddSingleton<ApiKeyReader>();
        services.AddSingleton<AbsentCallers>();
        services.AddSingleton<SettledKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenReader>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<CallerTenants>();
        services.AddSingleton<RowOwners>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<CallerRights>();
        services.AddHttpClient(SigningKeys.HttpClientName, http =>
        {
            http.Timeout = TimeSpan.FromSeconds(5);
            http.MaxResponseContentBufferSize = LargestKeySet;
        });
    }

    /// <summary>Behind routing, before anything that reads a body.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseMiddleware<AccessMiddleware>();
        app.Lifetime.ApplicationStarted.Register(() => Announce(app));
    }

    private static void Announce(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<AuthOptions>>().Value;
        var logger = app.Services.GetRequiredService<ILogger<Authenticator>>();
        if (!options.Required)
        {
            logger.AuthenticationIsOff();
            return;
        }

        var ways = new List<string> { "API keys" };
        if (options.Jwt.Secret is not null)
            ways.Add($"HS256 tokens of {options.Jwt.Issuer}");
        if (options.Jwt.JwksUri is not null)
            ways.Add($"RS256 and ES256 tokens of {options.Jwt.Issuer} (keys at {options.Jwt.JwksUri})");
        logger.AuthenticationIsOn(string.Join(", ", ways));
    }
}
