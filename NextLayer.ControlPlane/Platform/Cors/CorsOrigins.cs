namespace NextLayer.ControlPlane.Platform.Cors;

/// <summary>Browsers may call from the origins in <c>CORS_ORIGINS</c>, comma-separated.</summary>
internal static class CorsOrigins
{
    private const string Default = "http://localhost:3000,http://127.0.0.1:3000";

    public static void AddCorsOrigins(this WebApplicationBuilder builder)
    {
        var origins = (builder.Configuration["CORS_ORIGINS"] ?? Default)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(origin => origin.TrimEnd('/'))
            .ToArray();
        foreach (var origin in origins)
        {
            // With credentials a wildcard would open the API to every site its user visits.
            if (!Uri.TryCreate(origin, UriKind.Absolute, out _))
                throw new InvalidOperationException(
                    $"CORS_ORIGINS names '{origin}', which is no origin. Write it as https://host:port, several parted by commas.");
        }

        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .AllowAnyHeader()
            .AllowAnyMethod()
            .AllowCredentials()
            .WithExposedHeaders("X-Total-Count", "Location", "Retry-After", "ETag", "RateLimit", "RateLimit-Policy")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
    }
}
