using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NextLayer.Demo.Providers;

namespace NextLayer.Demo.Seeding;

/// <summary>
/// Gives the default tenant connectors to the stand-ins and runs the provider pipelines for the last days, so that there are
/// costs to be seen. Connectors of the same types that somebody else made are left alone, and their pipelines not run.
/// </summary>
internal sealed class ProviderSeeder(HttpClient http, ProviderKeys keys, ProviderFaults faults, string here, TimeProvider time)
{
    private const int Days = 7;

    private static readonly (string ConnectorType, string Address)[] Pipelines =
    [
        ("openai", "openai/usage_cost"),
        ("anthropic", "anthropic/usage_cost"),
        ("bigquery", "gcp/cost/billing"),
    ];

    public async Task SeedAsync(CancellationToken ct)
    {
        var tenants = await http.GetFromJsonAsync<JsonObject>("/api/tenants?slug=default", ct);
        var tenantId = tenants!["items"]![0]!["id"]!.GetValue<Guid>(); // It exists from the first start.
        var connectors = ProviderConnectors.All(keys, here);
        faults.Add("openai", 429, retryAfterSeconds: 1); // As it happens out there: the run's log shows how it is borne.
        var ready = new List<string>();
        foreach (var (type, address) in Pipelines)
        {
            if (await EnsureConnectorAsync(tenantId, type, connectors[type], ct))
                ready.Add(address);
        }

        foreach (var address in ready)
        {
            for (var ago = 1; ago <= Days; ago++)
                await RunAsync(address, time.GetUtcNow().UtcDateTime.AddDays(-ago).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ct);
        }
    }

    /// <returns>False when the tenant has one of its own.</returns>
    private async Task<bool> EnsureConnectorAsync(Guid tenantId, string type, ProviderConnector connector, CancellationToken ct)
    {
        var found = await http.GetFromJsonAsync<JsonObject>($"/api/connector-instances?tenant_id={tenantId}&connector_type={type}&limit=100", ct);
        var known = found!["items"]!.AsArray(); // A page always has items.
        var ours = known.FirstOrDefault(c => c!["config"]?["base_url"]?.GetValue<string>().Contains("/providers/", StringComparison.Ordinal) == true);
        if (ours is null && known.Count > 0)
            return false;
        // The keys are new with every start.
        using var answer = ours is null
            ? await http.PostAsJsonAsync("/api/connector-instances", new { tenant_id = tenantId, connector_type = type, config = connector.Config, secrets = connector.Secrets }, ct)
            : await http.PatchAsJsonAsync($"/api/connector-instances/{ours["id"]}", new { config = connector.Config, secrets = connector.Secrets, status = "ACTIVE" }, ct);
        await CheckAsync(answer, ct);
        return true;
    }

    private async Task RunAsync(string address, string date, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/pipelines/run/default/{address}") { Content = JsonContent.Create(new { date }) };
        request.Headers.Add("Idempotency-Key", $"demo-{address.Replace('/', '-')}-{date}");
        using var answer = await http.SendAsync(request, ct);
        await CheckAsync(answer, ct);
    }

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException(
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri} was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}",
                inner: null,
                answer.StatusCode);
    }
}
