using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Platform.Registry;

internal static class RegistrySetup
{
    public static void AddRegistry(this WebApplicationBuilder builder)
    {
        // A connection, not the data source: EF keeps one internal service provider per data source, which a test run
        // with hundreds of databases would feel.
        builder.Services.AddDbContext<RegistryContext>((services, options) => options
            .UseNpgsql(services.GetRequiredService<Databases>().Main.CreateConnection(), contextOwnsConnection: true)
            .AddInterceptors(new TenantConnectionInterceptor())
            // What Postgres refuses is an expected answer here; what nobody expected is logged where it is answered.
            .ConfigureWarnings(events => events.Ignore(
                RelationalEventId.CommandError, CoreEventId.SaveChangesFailed, CoreEventId.OptimisticConcurrencyException)));
        builder.Services.AddScoped<RegistryWrites>();
    }
}
