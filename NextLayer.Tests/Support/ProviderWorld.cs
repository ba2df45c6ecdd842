using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.Demo;
using NextLayer.Demo.Providers;
using NextLayer.Demo.Seeding;

namespace NextLayer.Tests.Support;

/// <summary>The demo's stand-ins for OpenAI, Anthropic and Google on a loopback port, with nothing seeded.</summary>
internal sealed class ProviderWorld : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProviderWorld(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    public ProviderFaults Faults => app.Services.GetRequiredService<ProviderFaults>();

    public ProviderKeys Keys => app.Services.GetRequiredService<ProviderKeys>();

    /// <summary>What a connector of the type holds that leads here.</summary>
    /// <remarks>All of it as <c>config</c>, which a step takes too: the secrets' own way has tests of its own.</remarks>
    public JsonObject Connector(string type)
    {
        var connector = ProviderConnectors.All(Keys, Address)[type];
        return new JsonObject(connector.Config.Concat(connector.Secrets).Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, member.Value)));
    }

    public static async Task<ProviderWorld> StartAsync()
    {
        var app = DemoApp.Create([], builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
            builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(Seeder)));
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ProviderWorld(app);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
