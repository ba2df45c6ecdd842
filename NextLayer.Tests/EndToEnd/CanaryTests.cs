using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.ServiceDefaults.Telemetry;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using StackExchange.Redis;
using static NextLayer.Tests.Support.RunJourney;

namespace NextLayer.Tests.EndToEnd;

/// <summary>
/// Secrets go through every kind of step, to systems that throw them back, and are then looked for wherever NextLayer
/// leaves anything: every table, log line, span, message and answer.
/// </summary>
[Collection(ProcessWideListeners.Name)]
public sealed partial class CanaryTests(Servers servers)
{
    private readonly string core = Guid.NewGuid().ToString("n");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // With what addresses, JSON and pages spell differently.
    private string Canary(string use) => $"{use}+/{core}=&<x>";

    [Fact]
    public async Task Secret_UsedInEveryWay_IsFoundNowhere()
    {
        // As where telemetry is on: spans of the server tell what was asked. Of the process, so the stand-in's own do too.
        AppContext.SetSwitch(ServerSpans.RequestTagsSwitch, false);
        using var overheard = new Overheard();
        await using var queue = await TestQueue.CreateAsync(servers);
        var redis = await servers.RedisConnectionStringAsync();
        using var bus = await ListenAsync(redis, overheard);
        await using var mirror = await StandIn.StartAsync(MirrorAsync);
        overheard.PassOver(mirror.Address);
        await using var mail = new SmtpSink { Says = { ["AUTH"] = $"535 your password {Canary("smtp")} is wrong" } }.Start();
        await using var controlPlane = await ControlPlaneHost.StartAsync(
            overheard, queue.Database, redis, ("HttpRequest:AllowedHosts", "127.0.0.0/8"), ("Lease:WakeIntervalSeconds", "0.1"));
        await using var worker = await TestWorker.StartAsync(controlPlane.Address, overheard, [("HttpRequest:AllowedHosts", "127.0.0.0/8")]);
        var connectors = await AddConnectorsAsync(controlPlane, queue, mirror, mail, overheard);

        var version = await AddVersionAsync(queue, Steps(mirror.Address));
        var id = await StartAsync(controlPlane, queue, version);
        await Eventually.TrueAsync(
            async () => await queue.Database.AskAsync<string>("SELECT status FROM open_steps WHERE run_id = $1 AND step_id = 'ask'", id) == "waiting",
            "somebody is asked");
        var children = await queue.Database.ListAsync<Guid>("SELECT id FROM pipeline_runs WHERE parent_run_id = $1", id);
        using var cancelled = await controlPlane.Http.PostAsync($"/api/runs/{id}/cancel", null, Ct);
        await UntilAsync(controlPlane, id, RunStatus.Cancelled);
        var failing = await FailAsync(controlPlane, queue, mirror);
        await worker.StopAsync();

        AssertTheSecretWasUsed(mirror, mail);
        await AssertStepsWentAsWrittenAsync(queue, id);
        await CrawlAsync(controlPlane, [id, failing, .. children, .. connectors, queue.TenantId, queue.VersionId], overheard);
        await ReadTablesAsync(queue.Database, overheard);
        await ReadRedisAsync(bus, overheard);
        Assert.All(["log", "span", "message", "answer", "table"], where => Assert.True(overheard.Count(where) > 10, $"Nothing was heard: {where}"));
        var found = overheard.Find(core);
        Assert.True(found.Count == 0, $"The secret is found:\n{string.Join("\n\n", found)}");
    }

    /// <summary>Every step may fail; what it leaves then is looked through all the same.</summary>
    private static string Steps(Uri mirror)
    {
        var at = mirror.ToString().TrimEnd('/');
        object[] steps =
        [
            Step("connector", "http_request", new { method = "POST", url = "/echo", auth = "connector", connector = "http", body = new { n = 1 } }),
            Step("everywhere", "http_request", new
            {
                method = "POST",
                url = at + "/echo/{{ secrets.canary }}",
                query = new { key = "{{ secrets.canary }}" },
                headers = new Dictionary<string, string> { ["X-Key"] = "{{ secrets.canary }}" },
                body = new { secret = "a {{ secrets.canary }} b", nested = new[] { "{{ secrets.canary }}" } },
            }),
            Step("basic", "http_request", new { method = "GET", url = at + "/echo", auth = "basic", auth_config = new { username = "me", password = "{{ secrets.canary }}" } }),
            Step("refused", "http_request", new { method = "GET", url = at + "/fail?key={{ secrets.canary }}", headers = new { Authorization = "Bearer {{ secrets.canary }}" } }),
            Step("unreachable", "http_request", new { method = "GET", url = "http://127.0.0.1:1/{{ secrets.canary }}" }),
            Step("unsendable", "http_request", new { method = "GET", url = at, headers = new Dictionary<string, string> { ["X {{ secrets.canary }}"] = "x", ["X-{{ secrets.canary }}"] = "x" } }),
            Step("no_address", "http_request", new { method = "GET", url = "{{ secrets.canary }}" }),
            Step("hook", "webhook", new { connector = "webhook", payload = new { secret = "{{ secrets.canary }}" } }),
            Step("own_hook", "webhook", new { url = at + "/echo", secret = "{{ secrets.canary }}" }),
            Step("mail", "send_email", new { to = new[] { "a@example.com" }, from = "b@example.com", subject = "{{ secrets.canary }}", text = "{{ secrets.canary }}" }),
            Step("model", "llm_call", new { provider = "openai_compatible", connector = "openai_compatible", model = "m", prompt = "Say {{ secrets.canary }}" }),
            Step("fake_model", "llm_call", new { provider = "fake", model = "m", prompt = "Say {{ secrets.canary }}" }),
            Step("database", "database_query", new { connector = "postgres", sql = "SELECT $1::int", @params = new[] { "{{ secrets.canary }}" } }),
            Step("unresolved", "transform", new { mode = "object", output = new { a = "{{ secrets.canary + secrets.nothing }}" } }),
            Step("unreadable", "transform", new { mode = "object", output = new { a = "{{ int(secrets.canary) }}" } }),
            Step("shown", "transform", new { mode = "object", output = new { a = "{{ secrets.canary }}", b = "{{ {secrets.canary: bytes(secrets.canary)} }}" } }),
            Step("all", "inline_code", new { language = "expression", code = "secrets" }),
            Step("expression", "inline_code", new { language = "expression", code = "[secrets.canary + '!', string(bytes(secrets.canary)), secrets.canary.size() > 0 ? int(secrets.canary) : 0]" }),
            Step("script", "inline_code", new { code = "console.log(input.s, encodeURIComponent(input.s)); return [input.s, { k: input.s }]", input = new { s = "{{ secrets.canary }}" } }),
            Step("thrown", "inline_code", new { code = "throw new Error('no ' + input.s)", input = new { s = "{{ secrets.canary }}" } }),
            Step("branch", "condition", new { mode = "switch", value = "{{ secrets.canary }}", cases = new[] { new { port = "a", equals = "a" } } }),
            new { id = "skipped", when = "secrets.canary == 'x'" },
            new { id = "bad_when", when = "int(secrets.canary) > 0", on_error = "continue", needs = new[] { "branch" } },
            Step("loop", "for_each", new
            {
                items = new[] { "a", "{{ secrets.canary }}" },
                body = new
                {
                    steps = new object[]
                    {
                        Step("inner", "http_request", new { method = "POST", url = at + "/echo", body = "{{ item }} {{ secrets.canary }}" }),
                        Step("told", "transform", new { mode = "object", output = new { a = "{{ item }}", b = "{{ secrets.canary }}" } }),
                    },
                },
            }),
            Step("ask", "wait_for_approval", new { title = "{{ secrets.canary }}? {{ secrets.pasted }}", instructions = "Use {{ secrets.canary }}", show = new[] { "{{ secrets.canary }}" }, notify = new[] { at + "/told?key={{ secrets.canary }}", "a@example.com" } }),
        ];
        return JsonSerializer.Serialize(new { steps });
    }

    private static object Step(string id, string type, object config) => new { id, type, config, on_error = "continue", retry = new { max_attempts = 1 } };

    private async Task<Guid> FailAsync(ControlPlaneHost controlPlane, TestQueue queue, StandIn mirror)
    {
        var version = await AddVersionAsync(queue, JsonSerializer.Serialize(new
        {
            steps = new[] { new { id = "f", type = "http_request", config = new { method = "GET", url = $"{mirror.Address}fail/{{{{ secrets.canary }}}}" }, retry = new { max_attempts = 2, initial_seconds = 0 } } },
        }), "v3", 3);
        var id = await StartAsync(controlPlane, queue, version);
        Assert.Contains("***", (await UntilAsync(controlPlane, id, RunStatus.Failed)).ErrorMessage, StringComparison.Ordinal);
        return id;
    }

    private async Task<IReadOnlyList<Guid>> AddConnectorsAsync(ControlPlaneHost controlPlane, TestQueue queue, StandIn mirror, SmtpSink mail, Overheard overheard)
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(queue.Database.ConnectionString);
        (string Type, object Config, object Secrets)[] connectors =
        [
            ("http", new { base_url = mirror.Address, auth = "bearer" }, new { token = Canary("http") }),
            ("webhook", new { url = mirror.Url("/echo") }, new { signing_secret = Canary("webhook") }),
            ("smtp", new { host = "127.0.0.1", port = mail.Port, tls = "none", username = "me" }, new { password = Canary("smtp") }),
            ("openai_compatible", new { base_url = mirror.Url("/model") }, new { api_key = Canary("model") }),
            ("postgres", new { host = database.Host, port = database.Port, database = "postgres", username = database.Username }, new { password = Canary("postgres") }),
            ("secrets", new { }, new { canary = Canary("bag"), pasted = $"{core[..12]}\n" }),
        ];
        var ids = new List<Guid>();
        foreach (var (type, config, secrets) in connectors)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/connector-instances")
            {
                Content = JsonContent.Create(new { tenant_id = queue.TenantId, connector_type = type, config, secrets }),
            };
            request.Headers.Add("Idempotency-Key", type);
            var made = JsonElement.Parse(await SendAsync(controlPlane, request, overheard));
            ids.Add(made.GetProperty("id").GetGuid());
        }

        // Some of what people get wrong while the secret is in their hands.
        foreach (var body in new object[] { new { value = new[] { Canary("bad") } }, new { wrong = Canary("bad") }, new { value = Canary("rotated"), overlap_seconds = 5 } })
        {
            using var bad = new HttpRequestMessage(HttpMethod.Put, $"/api/connector-instances/{ids[0]}/secrets/token") { Content = JsonContent.Create(body) };
            await SendAsync(controlPlane, bad, overheard);
        }

        foreach (var id in ids)
        {
            using var test = new HttpRequestMessage(HttpMethod.Post, $"/api/connector-instances/{id}/test");
            await SendAsync(controlPlane, test, overheard);
        }

        await queue.Database.ExecuteAsync("UPDATE connector_instances SET status = 'ACTIVE'"); // A test that was refused says otherwise.
        return ids;
    }

    /// <summary>Throws everything back that it was sent, in several spellings.</summary>
    private static async Task MirrorAsync(HttpContext context)
    {
        var sent = string.Join('\n', context.Request.Headers.Select(h => $"{h.Key}: {h.Value}").Append(context.Request.Path + context.Request.QueryString));
        context.Response.StatusCode = context.Request.Path.Value switch
        {
            { } path when path.StartsWith("/fail", StringComparison.Ordinal) => 500,
            { } path when path.StartsWith("/model", StringComparison.Ordinal) => 401,
            _ => 200,
        };
        if (context.Request.Headers["X-Key"] is [{ } key])
            context.Response.Headers["X-Echo"] = key;
        await context.Response.WriteAsJsonAsync(new
        {
            sent,
            again = Uri.EscapeDataString(sent),
            base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(sent)),
            hex = Convert.ToHexString(Encoding.UTF8.GetBytes(sent)),
            error = new { message = $"Incorrect key: {context.Request.Headers.Authorization}", type = "invalid_request_error" },
        });
    }

    private void AssertTheSecretWasUsed(StandIn mirror, SmtpSink mail)
    {
        var sent = string.Join('\n', mirror.Requests.Select(r => $"{r.PathAndQuery} {string.Join(' ', r.Headers.Values)} {r.Body}"));
        Assert.All(["http", "model"], use => Assert.Contains($"Bearer {Canary(use)}", sent, StringComparison.Ordinal));
        Assert.Contains($"a {Canary("bag")} b", sent.Replace("\\u002B", "+", StringComparison.Ordinal).Replace("\\u0026", "&", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Canary("bag")}")), sent, StringComparison.Ordinal);
        Assert.Contains(mirror.Requests, r => r.Body == $"a {Canary("bag")}"); // From a run of the for-each.
        var told = Assert.Single(mirror.Requests, r => r.PathAndQuery.StartsWith("/told?", StringComparison.Ordinal));
        Assert.Contains(core, told.PathAndQuery, StringComparison.Ordinal);
        Assert.DoesNotContain(core[..12], told.Body, StringComparison.Ordinal); // The question leaves without it.
        Assert.Contains(mail.Commands, c => c.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0me\0{Canary("smtp")}")), StringComparison.Ordinal));
    }

    private static async Task AssertStepsWentAsWrittenAsync(TestQueue queue, Guid id)
    {
        var ended = await queue.Database.ListAsync<string>("SELECT step_id || ' ' || status || coalesce(' ' || (error->>'code'), '') FROM step_runs WHERE run_id = $1", id);
        string[] expected =
        [
            "connector completed", "everywhere completed", "basic completed", "refused failed HTTP_STATUS", "unreachable failed NETWORK",
            "unsendable failed CONFIG", "no_address failed CONFIG", "hook completed", "own_hook completed", "mail failed SMTP_AUTH", "model failed LLM_AUTH",
            "fake_model completed", "unresolved failed TEMPLATE_UNRESOLVED", "unreadable failed EXPRESSION", "shown completed", "expression failed EXPRESSION",
            "script completed", "thrown failed CODE_ERROR", "branch completed", "skipped skipped", "bad_when failed EXPRESSION", "loop completed", "all failed EXPRESSION",
            "database failed DB_AUTH", "ask cancelled",
        ];
        Assert.Empty(expected.Except(ended).Concat(ended.Except(expected)));
    }

    private static async Task<string> SendAsync(ControlPlaneHost controlPlane, HttpRequestMessage request, Overheard overheard)
    {
        using var answer = await controlPlane.Http.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True((int)answer.StatusCode < 500, text);
        overheard.Add("answer", $"{request.Method} {request.RequestUri} -> {answer.Headers} {text}");
        return text;
    }

    /// <summary>Every GET of the API document, with every id there is in every place.</summary>
    private static async Task CrawlAsync(ControlPlaneHost controlPlane, IReadOnlyList<Guid> ids, Overheard overheard)
    {
        var document = await controlPlane.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Ct);
        var paths = document.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("get", out _) && !path.Name.StartsWith("/ws", StringComparison.Ordinal));
        foreach (var path in paths)
        {
            foreach (var address in Parameter().IsMatch(path.Name) ? ids.Select(id => Parameter().Replace(path.Name, id.ToString())) : [path.Name])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Add("X-Tenant-Id", ids[^2].ToString());
                await SendAsync(controlPlane, request, overheard);
            }
        }
    }

    private static async Task ReadTablesAsync(TestDatabase database, Overheard overheard)
    {
        // Partitions are read through their tables.
        var tables = await database.ListAsync<string>("SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition");
        foreach (var table in tables)
        {
            foreach (var row in await database.ListAsync<string>($"SELECT t::text FROM {table} t"))
                overheard.Add("table", $"{table}: {row}");
        }
    }

    private static async Task<ConnectionMultiplexer> ListenAsync(string redis, Overheard overheard)
    {
        var bus = await ConnectionMultiplexer.ConnectAsync(redis);
        await bus.GetSubscriber().SubscribeAsync(
            new RedisChannel("*", RedisChannel.PatternMode.Pattern), (channel, message) => overheard.Add("message", $"{channel} {message}"));
        return bus;
    }

    private static async Task ReadRedisAsync(ConnectionMultiplexer bus, Overheard overheard)
    {
        foreach (var key in bus.GetServer(bus.GetEndPoints()[0]).Keys())
            overheard.Add("message", $"{key} {Convert.ToHexString(await bus.GetDatabase().KeyDumpAsync(key) ?? [])}");
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
