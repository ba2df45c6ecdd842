using System.Net.Http.Json;
using System.Text.Json;

namespace NextLayer.Tests.Browser;

/// <summary>A small organisation with pipelines and runs of every kind, made through the API as people would.</summary>
public sealed class Demo
{
    private readonly HttpClient http;

    private Demo(HttpClient http) => this.http = http;

    public string TenantId { get; private set; } = "";

    /// <summary>Transforms, a condition, and branches that meet again.</summary>
    public Line Orders { get; private set; } = null!; // Set by CreateAsync, as are all below.

    /// <summary>Its second step fails at once.</summary>
    public Line Import { get; private set; } = null!;

    /// <summary>Waits for somebody.</summary>
    public Line Refund { get; private set; } = null!;

    /// <summary>Waits for an hour.</summary>
    public Line Nightly { get; private set; } = null!;

    /// <summary>A run of each that has come as far as it can.</summary>
    public string Succeeded { get; private set; } = "";
    public string Failed { get; private set; } = "";
    public string Waiting { get; private set; } = "";

    /// <summary>Made a run of each of its items.</summary>
    public string Batch { get; private set; } = "";

    /// <summary>Made again from <see cref="Succeeded"/>.</summary>
    public string Again { get; private set; } = "";

    /// <summary>A test of the draft of <see cref="Orders"/>.</summary>
    public string Tested { get; private set; } = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Demo> CreateAsync(HttpClient http)
    {
        var demo = new Demo(http);
        await demo.FillAsync();
        return demo;
    }

    public async Task<string> StartAsync(Line line, object? parameters = null) =>
        await PostAsync("/api/runs", new { tenant_id = TenantId, pipeline_version_id = line.VersionId, parameters = parameters ?? new { } });

    /// <summary>Waits until a run has the status.</summary>
    public async Task UntilAsync(string runId, string status)
    {
        for (var left = 1200; left > 0; left--)
        {
            var run = (await http.GetFromJsonAsync<JsonElement>($"/api/runs/{runId}", Ct)).GetProperty("run");
            if (run.GetProperty("status").GetString() == status)
                return;
            Assert.True(run.GetProperty("finished_at").ValueKind == JsonValueKind.Null, run.ToString());
            await Task.Delay(25, Ct); // The worker is at work; no clock of ours can hurry it.
        }

        throw new TimeoutException($"Run {runId} did not become {status} within 30 s.");
    }

    public async Task<Line> AddLineAsync(string name, string dagSpec, string? inputSchema = null, bool approved = true, string? description = null)
    {
        var pipelineId = await PostAsync("/api/pipelines", new { tenant_id = TenantId, name, description });
        return new Line(pipelineId, await AddVersionAsync(pipelineId, "v1", dagSpec, inputSchema, approved));
    }

    public async Task<string> AddVersionAsync(string pipelineId, string version, string dagSpec, string? inputSchema = null, bool approved = true)
    {
        var id = await PostAsync("/api/pipeline-versions", new
        {
            tenant_id = TenantId,
            pipeline_id = pipelineId,
            version,
            dag_spec = JsonElement.Parse(dagSpec),
            input_schema = inputSchema is null ? (JsonElement?)null : JsonElement.Parse(inputSchema),
        });
        if (approved)
            await PostAsync($"/api/pipeline-versions/{id}/status", new { status = "APPROVED" });
        return id;
    }

    /// <summary>Saves a draft as somebody else would.</summary>
    public async Task RedrawAsync(Line line, string definition)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/workflows/{line.VersionId}") { Content = JsonContent.Create(new { definition = JsonElement.Parse(definition) }) };
        request.Headers.Add("X-Tenant-Id", TenantId);
        using var answer = await http.SendAsync(request, Ct);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The definition as it is saved.</summary>
    public async Task<string> DrawnAsync(Line line) =>
        (await http.GetFromJsonAsync<JsonElement>($"/api/pipeline-versions/{line.VersionId}", Ct)).GetProperty("dag_spec").GetRawText();

    /// <summary>Ids of a pipeline's versions by their labels.</summary>
    public async Task<Dictionary<string, string>> VersionsAsync(string pipelineId) =>
        (await http.GetFromJsonAsync<JsonElement>($"/api/pipeline-versions?pipeline_id={pipelineId}&limit=100", Ct)).GetProperty("items").EnumerateArray()
            .ToDictionary(v => v.GetProperty("version").GetString()!, v => v.GetProperty("id").GetString()!);

    /// <summary>Where somebody decides about a run's step without signing in, from the dashboard's address on.</summary>
    public async Task<string> InviteAsync(string runId, string approver) =>
        (await SendAsync($"/api/v1/runs/{runId}/approval-links", new { step_id = "decide", approver })).GetProperty("path").GetString()!;

    public async Task<string> PostAsync(string path, object body) =>
        (await SendAsync(path, body)).TryGetProperty("id", out var id) ? id.GetString()! : "";

    private async Task<JsonElement> SendAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (TenantId.Length > 0)
            request.Headers.Add("X-Tenant-Id", TenantId);
        using var answer = await http.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    private async Task FillAsync()
    {
        TenantId = await PostAsync("/api/tenants", new { name = "Acme Stores", timezone = "Europe/Berlin" });
        await PostAsync("/api/facilities", new { tenant_id = TenantId, name = "Berlin Mitte", timezone = "Europe/Berlin" });
        await PostAsync("/api/connector-instances", new { tenant_id = TenantId, connector_type = "shopify", config = new { shop = "acme" }, secrets_ref = "shopify/acme" });
        Orders = await AddLineAsync("Order intake", OrderSteps, OrderInput, description: "Takes orders in, checks them and adds up what is owed.");
        var draftId = await AddVersionAsync(Orders.PipelineId, "v2 draft", OrderSteps.Replace("> 100", "> 250", StringComparison.Ordinal), OrderInput, approved: false);
        Import = await AddLineAsync("Supplier import", ImportSteps, description: "Fetches the price list of every supplier.");
        Refund = await AddLineAsync("Refund approval", RefundSteps);
        Nightly = await AddLineAsync("Nightly report", """{"steps": [{"id": "collect", "type": "transform", "config": {"mode": "object", "output": {"rows": 3}}}, {"id": "until_morning", "type": "delay", "config": {"duration": "PT1H"}}, "send"]}""");
        for (var amount = 40; amount <= 240; amount += 40)
            Succeeded = await StartAsync(Orders, new { customer = "Ada Lovelace", amount, country = "DE", express = amount > 100 });
        Failed = await StartAsync(Import);
        Waiting = await StartAsync(Refund, new { amount = 149.5, reason = "Arrived broken" });
        var nightly = await StartAsync(Nightly);
        var batch = await AddLineAsync("Price every order", BatchSteps, description: "A run of its own for each order.");
        Batch = await StartAsync(batch, new { orders = Enumerable.Range(1, 7).Select(n => new { pieces = n, price = 12.5 }) });
        await UntilAsync(Succeeded, "SUCCEEDED");
        await UntilAsync(Batch, "SUCCEEDED");
        Again = await PostAsync($"/api/v1/runs/{Succeeded}/rerun", new { });
        await UntilAsync(Again, "SUCCEEDED");
        Tested = await PostAsync($"/api/v1/workflows/{draftId}/test", new { input = new { customer = "Ada Lovelace", amount = 300, country = "DE" } });
        await UntilAsync(Tested, "SUCCEEDED");
        await UntilAsync(Failed, "FAILED");
        await PostAsync($"/api/runs/{Failed}/logs", new
        {
            lines = Enumerable.Range(1, 60).Select(n => new
            {
                level = n % 20 == 0 ? "error" : n % 9 == 0 ? "warning" : n % 5 == 0 ? "debug" : "info",
                message = n % 20 == 0 ? $"Supplier {n} refused the connection" : $"Read page {n} of the price list",
                source = "step",
                step_id = "fetch_prices",
            }),
        });
        await UntilAsync(Waiting, "PAUSED");
        await UntilAsync(nightly, "PAUSED");
    }

    private const string OrderSteps = """
        {"nodes": [
          {"id": "order", "type": "transform", "data": {"label": "Read the order", "config": {"mode": "object", "output": {"total": "{{ input.amount }}", "customer": "{{ input.customer }}"}}}},
          {"id": "large", "type": "condition", "data": {"label": "Large order?", "config": {"mode": "if", "expression": "input.amount > 100"}}},
          {"id": "discount", "type": "inline_code", "data": {"label": "Discount", "config": {"language": "expression", "code": "double(order.result.total) * 0.9"}}},
          {"id": "full_price", "type": "transform", "data": {"label": "Full price", "config": {"mode": "object", "output": {"total": "{{ order.result.total }}"}}}},
          {"id": "invoice", "type": "transform", "data": {"label": "Write the invoice", "config": {"mode": "object", "output": {"to": "{{ order.result.customer }}", "lines": [{"sku": "A-1", "pieces": 2}, {"sku": "B-7", "pieces": 1}]}}}}],
         "edges": [
          {"id": "e1", "source": "order", "target": "large"},
          {"id": "e2", "source": "large", "target": "discount", "sourceHandle": "true"},
          {"id": "e3", "source": "large", "target": "full_price", "sourceHandle": "false"},
          {"id": "e4", "source": "discount", "target": "invoice"},
          {"id": "e5", "source": "full_price", "target": "invoice"}]}
        """;

    private const string OrderInput = """
        {"type": "object", "required": ["customer", "amount"], "properties": {
          "customer": {"type": "string", "title": "Customer", "minLength": 1},
          "amount": {"type": "number", "title": "Amount", "minimum": 0, "description": "In euros."},
          "country": {"type": "string", "title": "Country", "enum": ["DE", "AT", "CH"], "default": "DE"},
          "express": {"type": "boolean", "title": "Express delivery", "default": false},
          "due": {"type": "string", "format": "date", "title": "Due on"}}}
        """;

    // Port 1 of this machine: nobody listens there, so the call is refused at once.
    private const string ImportSteps = """
        {"steps": [
          {"id": "suppliers", "type": "transform", "config": {"mode": "object", "output": {"names": ["Nord", "Süd"]}}},
          {"id": "fetch_prices", "type": "http_request", "config": {"method": "GET", "url": "http://127.0.0.1:1/prices"},
           "retry": {"max_attempts": 2, "backoff": "fixed", "initial_seconds": 0.05}},
          "store"]}
        """;

    private const string BatchSteps = """
        {"nodes": [
          {"id": "each", "type": "for_each", "data": {"label": "Price each", "config": {"items": "{{ input.orders }}", "concurrency": 5, "body": {
            "nodes": [{"id": "sum", "type": "inline_code", "data": {"config": {"language": "expression", "code": "double(item.pieces) * item.price"}}}], "edges": []}}}},
          {"id": "total", "type": "inline_code", "data": {"label": "Count", "config": {"language": "expression", "code": "each.succeeded"}}}],
         "edges": [{"id": "e1", "source": "each", "target": "total"}]}
        """;

    private const string RefundSteps = """
        {"steps": [
          {"id": "request", "type": "transform", "config": {"mode": "object", "output": {"amount": "{{ input.amount }}"}}},
          {"id": "decide", "type": "wait_for_approval", "config": {"title": "Refund {{ input.amount }} euros?", "instructions": "Look at the pictures the customer sent first.", "show": ["{{ input.reason }}", "{{ input.amount }}"]}},
          {"id": "pay", "needs": ["decide:approved"]},
          {"id": "tell_customer", "needs": ["pay"]}]}
        """;

    /// <summary>A pipeline and its version.</summary>
    public sealed record Line(string PipelineId, string VersionId);
}
