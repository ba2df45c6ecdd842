using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Triggers;

public sealed class WebhookTests(Api api) : IClassFixture<Api>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_AnyObject_StartsARunWithItAsInput()
    {
        var workflow = await AddWorkflowAsync();

        var answer = await api.PostAsync(Address(workflow), """{"order": {"total": 12.50}}""");

        var run = await RunAsync(answer);
        Assert.Equal((HttpStatusCode.Created, $"/api/v1/runs/{answer.Json.GetProperty("run_id")}"), (answer.Status, answer.Headers["Location"]));
        Approved.Equal("WebhookRun", answer.Text);
        Assert.Equal(("webhook", "QUEUED"), (run.GetProperty("trigger_type").GetString(), run.GetProperty("status").GetString()));
        Assert.Equal("""{"order":{"total":12.50}}""", run.GetProperty("parameters").GetRawText());
        Assert.Equal(workflow, run.GetProperty("pipeline_version_id").GetGuid());
    }

    [Theory]
    [InlineData(null, "{}")]
    [InlineData("[1, \"a\"]", """{"body":[1,"a"]}""")]
    [InlineData("42", """{"body":42}""")]
    public async Task Call_BodyThatIsNoObject_BecomesTheInputsBody(string? body, string expected)
    {
        var run = await RunAsync(await api.PostAsync(Address(await AddWorkflowAsync()), body));

        Assert.Equal(expected, run.GetProperty("parameters").GetRawText());
    }

    [Fact]
    public async Task Call_OlderVersionInTheAddress_StartsTheCurrentOne()
    {
        var pipeline = await api.AddPipelineAsync(DefaultTenant);
        var first = await api.AddVersionAsync(DefaultTenant, pipeline);
        var second = await api.AddVersionAsync(DefaultTenant, pipeline, "v2");
        await api.AddVersionAsync(DefaultTenant, pipeline, "v3", approved: false);

        var answer = await api.PostAsync(Address(first), "{}");

        Assert.Equal(second, answer.Json.GetProperty("workflow_id").GetGuid());
        Assert.Equal(second, (await RunAsync(answer)).GetProperty("pipeline_version_id").GetGuid());
    }

    [Fact]
    public async Task Call_WorkflowOfAnyTenant_RunsInThatTenant()
    {
        var tenant = await api.AddTenantAsync("Outside");
        var workflow = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant));

        var run = await RunAsync(await api.PostAsync(Address(workflow), "{}"));

        Assert.Equal(tenant, run.GetProperty("tenant_id").GetGuid());
    }

    [Fact]
    public async Task Call_NothingToRun_IsRefused()
    {
        var draft = await AddWorkflowAsync(approved: false);

        var unknown = await api.PostAsync(Address(Guid.CreateVersion7()), "{}");
        var unpublished = await api.PostAsync(Address(draft), "{}");

        Assert.Equal((HttpStatusCode.NotFound, "workflow_not_found"), (unknown.Status, unknown.Problem));
        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_published"), (unpublished.Status, unpublished.Problem));
        Assert.Equal(["not_published"], await VerdictsAsync(draft));
    }

    [Fact]
    public async Task Call_BodyThatDoesNotFit_SaysWhereAndIsListed()
    {
        var workflow = await AddWorkflowAsync(inputSchema: """{"type": "object", "required": ["n"], "properties": {"n": {"type": "number"} } }""");

        var answer = await api.PostAsync(Address(workflow), """{"n": "x"}""");

        Assert.Equal((HttpStatusCode.BadRequest, "must be a number."), (answer.Status, answer.Errors["$.n"]));
        Assert.Equal(["invalid_input"], await VerdictsAsync(workflow));
        Assert.Equal(0, await RunsOfAsync(workflow));
    }

    [Theory]
    [InlineData("{\"a\": ", "invalid_json")]
    [InlineData("{\"a\": \"\\u0000\"}", "invalid_json")]
    public async Task Call_BodyThatIsNoJson_IsRefused(string body, string problem) =>
        Assert.Equal(problem, (await api.PostAsync(Address(await AddWorkflowAsync()), body)).Problem);

    [Fact]
    public async Task Call_AsDeepAsAllowedOnce_IsRefusedWhenItHadToBeWrapped()
    {
        var answer = await api.PostAsync(Address(await AddWorkflowAsync()), new string('[', 64) + new string(']', 64));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Call_IdempotencyKey_MakesOneRun()
    {
        var workflow = await AddWorkflowAsync();
        var key = ("X-Idempotency-Key", Guid.NewGuid().ToString());

        var first = await api.PostAsync(Address(workflow), """{"a": 1}""", key);
        var repeat = await api.PostAsync(Address(workflow), """{"a": 1}""", key);
        var other = await api.PostAsync(Address(workflow), """{"a": 2}""", key);
        var elsewhere = await api.PostAsync(Address(await AddWorkflowAsync()), """{"a": 2}""", key);

        Assert.Equal((HttpStatusCode.OK, first.Text), (repeat.Status, repeat.Text));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Problem));
        Assert.Equal(HttpStatusCode.Created, elsewhere.Status);
        Assert.Equal(1, await RunsOfAsync(workflow));
    }

    [Fact]
    public async Task Call_SameMessageManyTimesAtOnceOnTwoReplicas_MakesOneRun()
    {
        var workflow = await AddWorkflowAsync();
        await using var second = await ControlPlaneHost.StartAsync(api.Database);
        var hosts = new[] { api.Http, second.Http };

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Address(workflow)) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            request.Headers.Add("webhook-id", $"msg_{i % 4}");
            using var answer = await hosts[i % 2].SendAsync(request, Ct);
            return (answer.StatusCode, Id: i % 4, Run: JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct)).GetProperty("run_id").GetGuid());
        }));

        Assert.Equal(4, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(36, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.All(answers.GroupBy(a => a.Id), message => Assert.Single(message.Select(a => a.Run).Distinct()));
        Assert.Equal(4, await RunsOfAsync(workflow));
    }

    [Fact]
    public async Task Call_TwoKeysOfDifferentCalls_IsTheRepeatOfOneAndHoldsNoKey()
    {
        var workflow = await AddWorkflowAsync();
        var first = await api.PostAsync(Address(workflow), "{}", ("webhook-id", "m1"));

        var mixed = await api.PostAsync(Address(workflow), "{}", ("webhook-id", "m1"), ("Idempotency-Key", "k1"));
        var free = await api.PostAsync(Address(workflow), "{}", ("Idempotency-Key", "k1"));

        Assert.Equal((HttpStatusCode.OK, first.Text), (mixed.Status, mixed.Text));
        Assert.Equal(HttpStatusCode.Created, free.Status);
        Assert.Equal(2, await RunsOfAsync(workflow));
    }

    [Fact]
    public async Task Call_MessageIdThatIsNone_IsRefused() =>
        Assert.Equal("invalid_request", (await api.PostAsync(Address(await AddWorkflowAsync()), "{}", ("webhook-id", new string('x', 256)))).Problem);

    [Fact]
    public async Task Settings_FromFirstToLast_AreShownAsApproved()
    {
        var workflow = await AddWorkflowAsync();
        var before = await api.GetAsync($"{Address(workflow)}/settings");

        var made = await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", "{}");
        var after = await api.GetAsync($"{Address(workflow)}/settings");

        var secret = made.Json.GetProperty("secret").GetString()!;
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal((false, "no-store"), (before.Json.GetProperty("require_signature").GetBoolean(), made.Headers["Cache-Control"]));
        Approved.Equal("WebhookSettings", made.Text.Replace(secret, "<secret>", StringComparison.Ordinal).Replace(secret[^4..], "<end>", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, after.Json.GetProperty("secret").ValueKind);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"{Address(workflow)}/settings")).Status);
        Assert.Equal("webhook_settings_not_found", (await api.DeleteAsync($"{Address(workflow)}/settings")).Problem);
        Assert.Equal(before.Text, (await api.GetAsync($"{Address(workflow)}/settings")).Text);
    }

    [Fact]
    public async Task Signed_GoodThenAgainThenBad_RunsOnceAndIsListedAsApproved()
    {
        var workflow = await AddWorkflowAsync();
        var secret = await AddSecretAsync(workflow);

        var first = await SendSignedAsync(workflow, secret, "msg_1", """{"a": 1}""");
        var repeat = await SendSignedAsync(workflow, secret, "msg_1", """{"a": 1}""");
        var tampered = await SendSignedAsync(workflow, secret, "msg_2", """{"a": 1}""", sent: """{"a": 2}""");
        var unsigned = await api.PostAsync(Address(workflow), "{}");
        var old = await SendSignedAsync(workflow, secret, "msg_3", "{}", secondsAgo: 400);
        var list = await api.GetAsync($"{Address(workflow)}/deliveries");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, repeat.Status));
        Assert.Equal(first.Text, repeat.Text);
        Assert.All(new[] { tampered, unsigned, old }, a => Assert.Equal((HttpStatusCode.Unauthorized, "invalid_signature"), (a.Status, a.Problem)));
        Assert.Equal(1, await RunsOfAsync(workflow));
        Assert.Equal(["bad_signature", "bad_signature", "bad_signature", "duplicate", "accepted"], await VerdictsAsync(workflow));
        Assert.Equal("5", list.Headers["X-Total-Count"]);
        Approved.Equal("WebhookDeliveries", $"[{list.Json[2].GetRawText()}, {list.Json[3].GetRawText()}, {list.Json[4].GetRawText()}]");
    }

    [Fact]
    public async Task Signed_ByteOrderMark_IsPartOfWhatWasSigned()
    {
        var workflow = await AddWorkflowAsync();
        var secret = await AddSecretAsync(workflow);

        Assert.Equal(HttpStatusCode.Created, (await SendSignedAsync(workflow, secret, "msg_1", "\uFEFF{\"a\":  1 }")).Status);
    }

    [Fact]
    public async Task Signed_MessageIdUsedWithoutASignature_StaysFree()
    {
        var workflow = await AddWorkflowAsync();
        var secret = await AddSecretAsync(workflow, """{"require_signature": false, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}""");

        var unsigned = await api.PostAsync(Address(workflow), "{}", ("webhook-id", "msg_1"));
        var signed = await SendSignedAsync(workflow, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", "{}");
        var bad = await SendSignedAsync(workflow, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "msg_2", "{}");

        Assert.Null(secret); // A given one is not shown again.
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (unsigned.Status, signed.Status));
        Assert.Equal(HttpStatusCode.Unauthorized, bad.Status);
    }

    [Fact]
    public async Task Rotate_WithOverlap_OldAndNewAreGoodUntilItEnds()
    {
        var workflow = await AddWorkflowAsync();
        var old = (await AddSecretAsync(workflow))!;

        var rotated = await api.PostAsync($"{Address(workflow)}/settings/rotate", """{"overlap_seconds": 3600}""");
        var fresh = rotated.Json.GetProperty("secret").GetString()!;
        var during = (await SendSignedAsync(workflow, old, "m1", "{}"), await SendSignedAsync(workflow, fresh, "m2", "{}"));
        await api.Database.ExecuteAsync("UPDATE webhook_secrets SET expires_at = now() WHERE expires_at IS NOT NULL");
        var after = (await SendSignedAsync(workflow, old, "m3", "{}"), await SendSignedAsync(workflow, fresh, "m4", "{}"));
        var settings = await api.GetAsync($"{Address(workflow)}/settings");

        Assert.Equal(2, rotated.Json.GetProperty("secrets").GetArrayLength());
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (during.Item1.Status, during.Item2.Status));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Created), (after.Item1.Status, after.Item2.Status));
        Assert.Equal(1, settings.Json.GetProperty("secrets").GetArrayLength());
    }

    [Fact]
    public async Task Rotate_WithoutOverlapOrTooOften_EndsTheOldOrIsRefused()
    {
        var workflow = await AddWorkflowAsync();
        var old = (await AddSecretAsync(workflow))!;

        var answers = new List<Answer>();
        for (var i = 0; i < 5; i++)
            answers.Add(await api.PostAsync($"{Address(workflow)}/settings/rotate", "{}"));
        var still = await SendSignedAsync(workflow, old, "m1", "{}");
        var ended = await api.PostAsync($"{Address(workflow)}/settings/rotate", """{"overlap_seconds": 0}""");
        var gone = await SendSignedAsync(workflow, old, "m2", "{}");

        Assert.Equal("too_many_secrets", answers[^1].Problem);
        Assert.All(answers.SkipLast(1), a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Unauthorized), (still.Status, gone.Status));
        Assert.Equal(1, ended.Json.GetProperty("secrets").GetArrayLength());
    }

    [Fact]
    public async Task Secret_InTheDatabase_IsSealedAndEveryReplicaOpensIt()
    {
        var workflow = await AddWorkflowAsync();
        var secret = (await AddSecretAsync(workflow))!;
        await using var second = await ControlPlaneHost.StartAsync(api.Database);

        using var answer = await second.Http.SendAsync(Signed(workflow, secret, "m1", "{}", "{}", 0), Ct);
        var stored = await api.Database.ListAsync<byte[]>("SELECT sealed FROM webhook_secrets");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.DoesNotContain(stored, s => s.AsSpan().IndexOf(Convert.FromBase64String(secret[6..])) >= 0);
    }

    [Fact]
    public async Task Secret_WhoseKeyIsGone_VerifiesNothing()
    {
        var workflow = await AddWorkflowAsync();
        var secret = (await AddSecretAsync(workflow))!;
        await api.Database.ExecuteAsync(
            "UPDATE webhook_secrets SET sealed = sealed || '\\x00'::bytea WHERE pipeline_id = (SELECT pipeline_id FROM pipeline_versions WHERE id = $1)", workflow);

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendSignedAsync(workflow, secret, "m1", "{}")).Status);
    }

    [Fact]
    public async Task Disabled_Call_IsRefused()
    {
        var workflow = await AddWorkflowAsync();
        await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", """{"enabled": false, "require_signature": false}""");

        var answer = await api.PostAsync(Address(workflow), "{}");

        Assert.Equal((HttpStatusCode.Forbidden, "webhook_disabled"), (answer.Status, answer.Problem));
        Assert.Equal(["disabled"], await VerdictsAsync(workflow));
    }

    [Theory]
    [InlineData("""{"secret": "hunter2"}""")]
    [InlineData("""{"secret": "whsec_c2hvcnQ="}""")]
    public async Task Settings_SecretThatIsNone_IsRefused(string body)
    {
        var answer = await api.SendAsync(HttpMethod.Put, $"{Address(await AddWorkflowAsync())}/settings", body);

        Assert.Equal("must be whsec_ followed by 24 to 64 bytes in base64.", answer.Errors["secret"]);
    }

    [Fact]
    public async Task Settings_OfAnotherTenant_AreNotThere()
    {
        var workflow = await AddWorkflowAsync();
        var header = ("X-Tenant-Id", (await api.AddTenantAsync("Prying")).ToString());

        var answers = new[]
        {
            await api.SendAsync(HttpMethod.Get, $"{Address(workflow)}/settings", null, header),
            await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", "{}", header),
            await api.SendAsync(HttpMethod.Post, $"{Address(workflow)}/settings/rotate", "{}", header),
            await api.SendAsync(HttpMethod.Get, $"{Address(workflow)}/deliveries", null, header),
        };

        Assert.All(answers, answer => Assert.Equal("workflow_not_found", answer.Problem));
    }

    [Fact]
    public async Task Deliveries_FloodOfRefusals_IsCountedAndPushesNothingOut()
    {
        var workflow = await AddWorkflowAsync();
        var secret = (await AddSecretAsync(workflow))!;
        await api.Database.ExecuteAsync(
            """
            INSERT INTO webhook_deliveries (id, pipeline_id, received_at, verdict)
            SELECT lpad(to_hex(n), 32, '0')::uuid, v.pipeline_id, now(), 'bad_signature'
            FROM pipeline_versions v, generate_series(1, 150) n WHERE v.id = $1
            """,
            workflow);

        await SendSignedAsync(workflow, secret, "good", "{}");
        for (var i = 0; i < 60; i++)
            await api.PostAsync(Address(workflow), "{}");
        var kept = await VerdictsAsync(workflow, 100);
        var total = (await api.GetAsync($"{Address(workflow)}/deliveries")).Headers["X-Total-Count"];

        Assert.InRange(int.Parse(total), 101, 101 + 50);
        Assert.Equal(1L, await api.Database.AskAsync<long>(
            "SELECT count(*) FROM webhook_deliveries d JOIN pipeline_versions v USING (pipeline_id) WHERE v.id = $1 AND verdict = 'accepted'", workflow));
        Assert.InRange(
            await api.Database.AskAsync<long>(
                "SELECT count(*) FROM webhook_deliveries d JOIN pipeline_versions v USING (pipeline_id) WHERE v.id = $1 AND detail IS NOT NULL", workflow),
            1,
            59);
        Assert.Contains("bad_signature", kept);
    }

    private static readonly Guid DefaultTenant = Guid.Parse("00000000-0000-7000-8000-000000000001");

    private static string Address(Guid workflow) => $"/api/v1/triggers/webhook/{workflow}";

    private async Task<Guid> AddWorkflowAsync(bool approved = true, string? inputSchema = null)
    {
        var pipeline = await api.AddPipelineAsync(DefaultTenant);
        var id = (await api.PostAsync("/api/pipeline-versions", $$"""
            {"tenant_id": "{{DefaultTenant}}", "pipeline_id": "{{pipeline}}", "version": "v1", "dag_spec": {}, "input_schema": {{inputSchema ?? "null"}} }
            """)).Id;
        if (approved)
            await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "APPROVED"}""");
        return id;
    }

    private async Task<string?> AddSecretAsync(Guid workflow, string body = "{}") =>
        (await api.SendAsync(HttpMethod.Put, $"{Address(workflow)}/settings", body)).Json.GetProperty("secret").GetString();

    private Task<Answer> SendSignedAsync(Guid workflow, string? secret, string id, string body, string? sent = null, int secondsAgo = 0) =>
        api.SendAsync(Signed(workflow, secret!, id, body, sent ?? body, secondsAgo));

    private static HttpRequestMessage Signed(Guid workflow, string secret, string id, string body, string sent, int secondsAgo)
    {
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - secondsAgo;
        var signature = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(sent));
        content.Headers.ContentType = new("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, Address(workflow)) { Content = content };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString());
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(new byte[32])} v1,{Convert.ToBase64String(signature)}");
        return request;
    }

    private async Task<JsonElement> RunAsync(Answer webhook) =>
        (await api.GetAsync($"/api/runs/{webhook.Json.GetProperty("run_id").GetGuid()}")).Json.GetProperty("run");

    private async Task<string[]> VerdictsAsync(Guid workflow, int perPage = 20) =>
        [.. (await api.GetAsync($"{Address(workflow)}/deliveries?per_page={perPage}")).Json.EnumerateArray().Select(d => d.GetProperty("verdict").GetString()!)];

    private Task<long> RunsOfAsync(Guid workflow) => api.Database.AskAsync<long>(
        """
        SELECT count(*) FROM pipeline_runs r JOIN run_triggers t ON t.run_id = r.id AND t.trigger_id = r.pipeline_id
        WHERE r.pipeline_version_id = $1
        """,
        workflow);
}
