using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace NextLayer.Demo.Seeding;

/// <summary>Brings one example into the control plane through the Workflow API.</summary>
internal sealed class WorkflowPublisher(HttpClient http)
{
    private const string Workflows = "/api/v1/workflows";

    /// <returns>The id of the published version.</returns>
    public async Task<Guid> PublishAsync(Example example, CancellationToken ct)
    {
        var newest = await FindNewestAsync(example.Name, ct);
        var id = newest switch
        {
            null => await CreateAsync(example, ct),
            var known when IsSame(known, example) => Id(known),
            var known => await ChangeAsync(Id(known), example, ct),
        };
        await SendAsync(HttpMethod.Post, $"{Workflows}/{id}/publish", body: null, ct);
        if (newest is not null && id == Id(newest))
            return id;
        await AddTriggerAsync(id, example, ct);
        await SendAsync(HttpMethod.Post, $"{Workflows}/{id}/run", new JsonObject { ["input"] = example.Input.DeepClone() }, ct, key: $"demo-{id}");
        return id;
    }

    private async Task<JsonObject?> FindNewestAsync(string name, CancellationToken ct)
    {
        var found = new List<JsonObject>();
        for (var page = 1; ; page++)
        {
            var items = await http.GetFromJsonAsync<JsonArray>($"{Workflows}?per_page=100&page={page}", ct) ?? [];
            found.AddRange(items.OfType<JsonObject>().Where(w => w["name"]?.GetValue<string>() == name && w["status"]?.GetValue<string>() != "archived"));
            if (items.Count < 100)
                return found.MaxBy(w => w["version"]!.GetValue<int>()); // Every workflow has one.
        }
    }

    private static bool IsSame(JsonObject known, Example example) =>
        JsonNode.DeepEquals(known["definition"], example.Workflow["definition"]) && JsonNode.DeepEquals(known["input_schema"], example.Workflow["input_schema"]);

    private async Task<Guid> CreateAsync(Example example, CancellationToken ct) =>
        Id(await SendAsync(HttpMethod.Post, Workflows, example.Workflow, ct));

    private async Task<Guid> ChangeAsync(Guid known, Example example, CancellationToken ct)
    {
        var copy = Id(await SendAsync(HttpMethod.Post, $"{Workflows}/{known}/duplicate", body: null, ct));
        await SendAsync(HttpMethod.Put, $"{Workflows}/{copy}", example.Workflow, ct);
        return copy;
    }

    private async Task AddTriggerAsync(Guid workflowId, Example example, CancellationToken ct)
    {
        if (example.Schedule?.DeepClone() is not JsonObject schedule)
            return;
        schedule["workflow_id"] = workflowId.ToString();
        await SendAsync(HttpMethod.Post, "/api/v1/triggers/schedule", schedule, ct, key: $"demo-schedule-{workflowId}");
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string address, JsonNode? body, CancellationToken ct, string? key = null)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {address} was answered {(int)answer.StatusCode}: {text}", inner: null, answer.StatusCode);
        return JsonNode.Parse(text)!.AsObject(); // These all answer with an object.
    }

    private static Guid Id(JsonObject workflow) => workflow["id"]!.GetValue<Guid>(); // Every workflow has one.
}
