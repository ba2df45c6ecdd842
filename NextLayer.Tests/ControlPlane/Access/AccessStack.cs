using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access.Keys;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>A control plane that asks for credentials, with two organisations that must not meet.</summary>
internal sealed class AccessStack : IAsyncDisposable
{
    public const string Issuer = "https://id.example.test/auth/v1";
    public const string JwtSecret = "a secret of more than thirty-two bytes, for tests alone";

    private AccessStack(TestDatabase database, ControlPlaneHost host, ApiKeyText admin, ApiKeyText worker)
    {
        Database = database;
        Host = host;
        AdminKey = admin.Reveal();
        WorkerKey = worker.Reveal();
    }

    public TestDatabase Database { get; }
    public ControlPlaneHost Host { get; }

    /// <summary>Administers the installation.</summary>
    public string AdminKey { get; }

    /// <summary>Works for everybody.</summary>
    public string WorkerKey { get; }

    public Organisation Ours { get; private set; } = null!; // Set by StartAsync.
    public Organisation Theirs { get; private set; } = null!; // As above.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<AccessStack> StartAsync(Servers servers, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var database = await servers.CreateDatabaseAsync();
        var (admin, worker) = (ApiKeyText.Create(), ApiKeyText.Create());
        var host = await ControlPlaneHost.StartAsync(
            time ?? TimeProvider.System,
            database,
            redis: null,
            [
                ("Auth:Required", "true"), ("Auth:AdminKey", admin.Reveal()), ("Auth:WorkerKey", worker.Reveal()),
                ("Auth:Jwt:Secret", JwtSecret), ("Auth:Jwt:Issuer", Issuer), ("Auth:Administrators", "root-user"), .. settings,
            ]);
        var stack = new AccessStack(database, host, admin, worker);
        stack.Ours = await stack.AddOrganisationAsync("Ours");
        stack.Theirs = await stack.AddOrganisationAsync("Theirs");
        return stack;
    }

    public Task<Answer> GetAsync(string? key, string address) => SendAsync(key, HttpMethod.Get, address);

    public Task<Answer> PostAsync(string? key, string address, string json = "{}", params (string Name, string Value)[] headers) =>
        SendAsync(key, HttpMethod.Post, address, json, headers);

    /// <param name="key">A key or token; null for none.</param>
    public async Task<Answer> SendAsync(string? key, HttpMethod method, string address, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Host.Http.SendAsync(request, Ct);
        return new Answer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(Ct),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public async Task<string> AddKeyAsync(Guid tenantId, Role role, string[]? scopes = null) =>
        (await PostAsync(
            AdminKey,
            "/api/v1/api-keys",
            JsonSerializer.Serialize(new { name = $"a {role}", role = role.ToString().ToLowerInvariant(), scopes }),
            ("X-Tenant-Id", tenantId.ToString()))).Json.GetProperty("key").GetString()!;

    private async Task<Organisation> AddOrganisationAsync(string name)
    {
        var tenant = (await PostAsync(AdminKey, "/api/tenants", JsonSerializer.Serialize(new { name }))).Id;
        var keys = new Dictionary<Role, string>();
        foreach (var role in Enum.GetValues<Role>())
            keys.Add(role, await AddKeyAsync(tenant, role));
        var facility = (await PostAsync(keys[Role.Admin], "/api/facilities", JsonSerializer.Serialize(new { tenant_id = tenant, name = "Shop" }))).Id;
        var connector = (await PostAsync(keys[Role.Admin], "/api/connector-instances", JsonSerializer.Serialize(new { tenant_id = tenant, connector_type = "http", secrets = new { token = "sealed token" } }))).Id;
        var pipeline = (await PostAsync(keys[Role.Admin], "/api/pipelines", JsonSerializer.Serialize(new { tenant_id = tenant, name = $"{name} pipeline" }))).Id;
        var version = (await PostAsync(
            keys[Role.Admin], "/api/pipeline-versions", JsonSerializer.Serialize(new { tenant_id = tenant, pipeline_id = pipeline, version = "v1", dag_spec = new { } }))).Id;
        await PostAsync(keys[Role.Admin], $"/api/pipeline-versions/{version}/status", """{"status": "APPROVED"}""");
        var run = (await PostAsync(keys[Role.Operator], "/api/runs", JsonSerializer.Serialize(new { tenant_id = tenant, pipeline_version_id = version }))).Id;
        var schedule = (await PostAsync(
            keys[Role.Operator], "/api/v1/triggers/schedule", JsonSerializer.Serialize(new { workflow_id = version, cron = "0 3 * * *", timezone = "UTC" }))).Id;
        return new Organisation(tenant, name.ToLowerInvariant(), keys, facility, connector, pipeline, version, run, schedule);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>A tenant with one of everything, and a key for each role.</summary>
internal sealed record Organisation(
    Guid Tenant, string Slug, IReadOnlyDictionary<Role, string> Keys, Guid Facility, Guid Connector, Guid Pipeline, Guid Version, Guid Run, Guid Schedule);
