using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.Tests.Support;

/// <summary>A control plane on a database of its own, for the tests of one class; each test makes what it needs in it.</summary>
public class Api(Servers servers) : IAsyncLifetime
{
    private readonly (string Key, string Value)[] settings = [];

    private ControlPlaneHost? host;

    protected Api(Servers servers, params (string Key, string Value)[] settings)
        : this(servers) => this.settings = settings;

    public TestDatabase Database { get; private set; } = null!; // Set before any test runs.

    internal ControlPlaneHost Host => host!; // As above.

    public HttpClient Http => Host.Http;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await servers.CreateDatabaseAsync();
        host = await ControlPlaneHost.StartAsync(Database, null, settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public Task<Answer> GetAsync(string address) => SendAsync(HttpMethod.Get, address);

    public Task<Answer> PostAsync(string address, string? json = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, address, json, headers);

    public Task<Answer> PatchAsync(string address, string json) => SendAsync(HttpMethod.Patch, address, json);

    public Task<Answer> DeleteAsync(string address) => SendAsync(HttpMethod.Delete, address);

    public Task<Answer> SendAsync(HttpMethod method, string address, string? json = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, address);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await Http.SendAsync(request, Ct);
            return new Answer(
                response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsStringAsync(Ct),
                response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
        }
    }

    /// <summary>Makes a tenant and answers its id.</summary>
    public async Task<Guid> AddTenantAsync(string name = "Test Tenant") =>
        (await PostAsync("/api/tenants", JsonSerializer.Serialize(new { name }))).Id;

    /// <summary>Makes a pipeline and answers its id.</summary>
    public async Task<Guid> AddPipelineAsync(Guid tenantId, string name = "Test Pipeline") =>
        (await PostAsync("/api/pipelines", JsonSerializer.Serialize(new { tenant_id = tenantId, name }))).Id;

    /// <summary>Makes a version and answers its id.</summary>
    public async Task<Guid> AddVersionAsync(Guid tenantId, Guid pipelineId, string version = "v1", string dagSpec = "{}", bool approved = true)
    {
        var id = (await PostAsync(
            "/api/pipeline-versions",
            $$"""{"tenant_id": "{{tenantId}}", "pipeline_id": "{{pipelineId}}", "version": "{{version}}", "dag_spec": {{dagSpec}}}""")).Id;
        if (approved)
            await PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "APPROVED"}""");
        return id;
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Text, new JsonDocumentOptions { MaxDepth = NextLayerJson.MaxSentDepth });

    public Guid Id => Json.GetProperty("id").GetGuid();

    /// <summary>The code of a problem document; null for anything else.</summary>
    public string? Problem => MediaType == "application/problem+json"
        ? Json.GetProperty("type").GetString()!.Replace("urn:nextlayer:problem:", "", StringComparison.Ordinal)
        : null;

    public string? Detail => Json.GetProperty("detail").GetString();

    /// <summary>First sentence about each field.</summary>
    public IReadOnlyDictionary<string, string?> Errors => Json.GetProperty("errors").EnumerateObject().ToDictionary(e => e.Name, e => e.Value[0].GetString());

}
