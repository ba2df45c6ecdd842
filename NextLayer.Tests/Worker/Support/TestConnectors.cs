using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Platform;

namespace NextLayer.Tests.Worker.Support;

/// <summary>A control plane that gives connectors and nothing else, and the worker's own client of it.</summary>
internal sealed class TestConnectors : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, object> answers = new();
    private readonly ControlPlaneClient client;
    private readonly StandIn server;

    private TestConnectors(StandIn server)
    {
        this.server = server;
        client = ClientOf(server.Address);
        Source = new ConnectorSource(client, TimeProvider.System);
    }

    /// <summary>For steps that ask for no connector; one that does waits for a control plane that never answers.</summary>
    public static ConnectorSource None { get; } = new(ClientOf(new Uri("http://127.0.0.1:1")), TimeProvider.System);

    public ConnectorSource Source { get; }

    public IReadOnlyCollection<StandIn.Asked> Requests => server.Requests;

    public static async Task<TestConnectors> StartAsync()
    {
        TestConnectors? made = null;
        var server = await StandIn.StartAsync(context => made!.AnswerAsync(context)); // Set before anybody asks.
        return made = new TestConnectors(server);
    }

    /// <summary>A connector found by its type and, when given, by a name.</summary>
    public Guid Add(
        string type, object config, string? name = null, Dictionary<string, string>? secrets = null, Dictionary<string, string>? previous = null)
    {
        var connector = new RunConnector
        {
            Id = Guid.CreateVersion7(),
            ConnectorType = type,
            Config = config is string json ? JsonElement.Parse(json) : JsonSerializer.SerializeToElement(config),
            Secrets = secrets ?? [],
            PreviousSecrets = previous ?? [],
        };
        answers[name ?? type] = connector;
        answers[connector.Id.ToString()] = connector;
        return connector.Id;
    }

    /// <summary>Refuses a connector with a problem.</summary>
    public void Refuse(string name, HttpStatusCode status, string code) => answers[name] = (status, code);

    public static ControlPlaneClient ClientOf(Uri address) => new(
        new ControlPlaneAddresses([address], "bench"),
        new ControlPlaneContact(TimeProvider.System, NullLogger<ControlPlaneContact>.Instance),
        new WorkerOptions { WorkerId = "bench" },
        TimeProvider.System);

    private Task AnswerAsync(HttpContext context)
    {
        var asked = JsonElement.Parse(server.Requests.Last().Body).GetProperty("connector").GetString()!;
        return answers.GetValueOrDefault(asked) switch
        {
            RunConnector connector => context.Response.WriteAsJsonAsync(connector, NextLayerJson.Options),
            (HttpStatusCode status, string code) => ProblemAsync(context, status, code),
            _ => ProblemAsync(context, HttpStatusCode.NotFound, "connector_not_found"),
        };
    }

    private static Task ProblemAsync(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(
            new { type = $"urn:nextlayer:problem:{code}", title = "t", status = (int)status, detail = $"It is {code}." });
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }
}
