using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Triggers;

public sealed class ScheduleApiTests(Api api) : IClassFixture<Api>
{
    private const string Address = "/api/v1/triggers/schedule";
    private static readonly Guid _tenant = Guid.Parse("00000000-0000-7000-8000-000000000001");

    [Fact]
    public async Task Schedule_FromBirthToDeath_IsShownAsApproved()
    {
        var workflow = await AddWorkflowAsync();
        var made = await api.PostAsync(Address, $$"""
            {"workflow_id": "{{workflow}}", "name": "Every morning", "cron": "30 9 * * MON-FRI", "timezone": "Europe/Berlin",
             "input": {"day": "today", "n": 1.50}, "catch_up": "last", "overlap": "skip"}
            """);
        var id = made.Id;

        Assert.Equal((HttpStatusCode.Created, $"{Address}/{id}"), (made.Status, made.Headers["Location"]));
        Approved.Equal("Schedule", made.Text);
        Assert.Equal(made.Text, (await api.GetAsync($"{Address}/{id}")).Text);
        var stopped = await api.PatchAsync($"{Address}/{id}", """{"enabled": false}""");
        Assert.Equal(JsonValueKind.Null, stopped.Json.GetProperty("next_fire_at").ValueKind);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"{Address}/{id}")).Status);
        Assert.Equal("schedule_not_found", (await api.GetAsync($"{Address}/{id}")).Problem);
        Assert.Equal("schedule_not_found", (await api.DeleteAsync($"{Address}/{id}")).Problem);
        Assert.Equal("schedule_not_found", (await api.PatchAsync($"{Address}/{id}", "{}")).Problem);
    }

    [Fact]
    public async Task Fire_ComingUp_IsListedWithItsRun()
    {
        var workflow = await AddWorkflowAsync();
        var id = (await api.PostAsync(Address, $$"""{"workflow_id": "{{workflow}}", "cron": "0 0 1 1 *", "catch_up": "last", "enabled": false}""")).Id;
        await api.Database.ExecuteAsync(
            "UPDATE schedules SET enabled = true, next_fire_at = date_trunc('hour', now()) - interval '1 hour' WHERE id = $1", id);

        await api.PatchAsync($"{Address}/{id}", """{"name": "New Year"}"""); // Wakes the scheduler, and loses no planned time.
        var fires = await FiresAsync(id);
        var schedule = await api.GetAsync($"{Address}/{id}");

        Approved.Equal("ScheduleFires", fires.Text);
        Assert.Equal("1", fires.Headers["X-Total-Count"]);
        Assert.Equal(fires.Json[0].GetRawText(), schedule.Json.GetProperty("last_fire").GetRawText());
        var run = await api.GetAsync($"/api/runs/{fires.Json[0].GetProperty("run_id").GetGuid()}");
        Assert.Equal("schedule", run.Json.GetProperty("run").GetProperty("trigger_type").GetString());
    }

    [Fact]
    public async Task Save_SameAgain_ReplacesInsteadOfDoubling()
    {
        var workflow = await AddWorkflowAsync();
        var unnamed = $$"""{"workflow_id": "{{workflow}}", "input": {"n": 1}, "cron": "0 1 * * *"}""";
        var named = $$"""{"workflow_id": "{{workflow}}", "name": "nightly", "cron": "0 1 * * *"}""";

        var first = await api.PostAsync(Address, unnamed);
        var again = await api.PostAsync(Address, unnamed.Replace("1}", "2}", StringComparison.Ordinal));
        var byName = await api.PostAsync(Address, named);
        var byNameAgain = await api.PostAsync(Address, named.Replace("0 1", "0 2", StringComparison.Ordinal));
        var byId = await api.PostAsync(Address, $$"""{"id": "{{first.Id}}", "workflow_id": "{{workflow}}", "cron": "0 3 * * *"}""");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, again.Status));
        Assert.Equal((first.Id, 2), (again.Id, again.Json.GetProperty("input").GetProperty("n").GetInt32()));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, byName.Id), (byName.Status, byNameAgain.Status, byNameAgain.Id));
        Assert.Equal((HttpStatusCode.OK, first.Id, "0 3 * * *", "{}"), (
            byId.Status, byId.Id, byId.Json.GetProperty("cron").GetString(), byId.Json.GetProperty("input").GetRawText()));
        Assert.Equal("2", (await api.GetAsync($"{Address}?workflow_id={workflow}")).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Save_SameAtTheSameMoment_MakesOne()
    {
        var workflow = await AddWorkflowAsync();
        var body = $$"""{"workflow_id": "{{workflow}}", "name": "one", "cron": "0 1 * * *"}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => api.PostAsync(Address, body)));

        Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
    }

    [Fact]
    public async Task Save_IdempotencyKey_RepeatsTheFirstAnswer()
    {
        var workflow = await AddWorkflowAsync();
        var body = $$"""{"workflow_id": "{{workflow}}", "cron": "0 1 * * *"}""";
        var key = ("X-Idempotency-Key", Guid.NewGuid().ToString());

        var first = await api.PostAsync(Address, body, key);
        await api.DeleteAsync($"{Address}/{first.Id}");
        var repeat = await api.PostAsync(Address, body, key);
        var other = await api.PostAsync(Address, body.Replace("0 1", "0 2", StringComparison.Ordinal), key);

        Assert.Equal((HttpStatusCode.OK, first.Text), (repeat.Status, repeat.Text));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Problem));
        Assert.Equal("0", (await api.GetAsync($"{Address}?workflow_id={workflow}")).Headers["X-Total-Count"]);
    }

    [Theory]
    [InlineData("""{"workflow_id": "$", "cron": "0 25 * * *"}""", "cron", "cannot be read: hour '25' is not from 0 to 23.")]
    [InlineData("""{"workflow_id": "$", "cron": "0 0 30 2 *"}""", "cron", "never comes: day 30 does not occur in month 2.")]
    [InlineData("""{"workflow_id": "$", "cron": "0 1 * * *", "timezone": "Berlin"}""", "timezone", "must be an IANA time zone, as Europe/Berlin.")]
    [InlineData("""{"workflow_id": "$", "cron": "0 1 * * *", "input": [1]}""", "input", "must be an object.")]
    [InlineData("""{"workflow_id": "$", "cron": "0 1 * * *", "input": {"n": "x"}}""", "input.n", "must be a number.")]
    [InlineData("""{"workflow_id": "$", "cron": "0 1 * * *", "name": " "}""", "name", "must not be blank.")]
    [InlineData("""{"workflow_id": "$"}""", "cron", "is required.")]
    public async Task Save_Mistake_SaysWhereAndChangesNothing(string body, string field, string sentence)
    {
        var workflow = await AddWorkflowAsync();

        var answer = await api.PostAsync(Address, body.Replace("$", workflow.ToString(), StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Problem));
        Assert.Equal(sentence, answer.Errors[field]);
        Assert.Equal("0", (await api.GetAsync($"{Address}?workflow_id={workflow}")).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Save_WorkflowThatIsNotThere_IsRefused()
    {
        var draft = await AddWorkflowAsync(approved: false);
        var elsewhere = await AddWorkflowAsync(tenantId: await api.AddTenantAsync("Other"));

        string Body(Guid id, string more = "") => $$"""{"workflow_id": "{{id}}", "cron": "0 1 * * *"{{more}}}""";

        Assert.Equal("workflow_not_found", (await api.PostAsync(Address, Body(Guid.CreateVersion7()))).Problem);
        Assert.Equal("workflow_not_found", (await api.PostAsync(Address, Body(elsewhere))).Problem);
        Assert.Equal("workflow_not_published", (await api.PostAsync(Address, Body(draft))).Problem);
        var asleep = await api.PostAsync(Address, Body(draft, ", \"enabled\": false"));
        Assert.Equal(HttpStatusCode.Created, asleep.Status);
        Assert.Equal("workflow_not_published", (await api.PatchAsync($"{Address}/{asleep.Id}", """{"enabled": true}""")).Problem);
        Assert.Equal("schedule_not_found", (await api.PostAsync(Address, Body(draft, $", \"id\": \"{Guid.CreateVersion7()}\""))).Problem);
    }

    [Fact]
    public async Task Save_IdOfAnotherPipelineOrNameThatIsTaken_IsRefused()
    {
        var (one, other) = (await AddWorkflowAsync(), await AddWorkflowAsync());
        var first = await api.PostAsync(Address, $$"""{"workflow_id": "{{one}}", "name": "a", "cron": "0 1 * * *"}""");
        var second = await api.PostAsync(Address, $$"""{"workflow_id": "{{one}}", "name": "b", "cron": "0 1 * * *"}""");

        var moved = await api.PostAsync(Address, $$"""{"id": "{{first.Id}}", "workflow_id": "{{other}}", "cron": "0 1 * * *"}""");
        var renamed = await api.PatchAsync($"{Address}/{second.Id}", """{"name": "a"}""");

        Assert.Equal($"belongs to another pipeline than schedule {first.Id}; make a new schedule for it.", moved.Errors["workflow_id"]);
        Assert.Equal((HttpStatusCode.Conflict, "schedule_exists"), (renamed.Status, renamed.Problem));
    }

    [Fact]
    public async Task Update_WorkflowThatHasMovedOn_CanStillBeRenamedAndStopped()
    {
        var workflow = await AddWorkflowAsync();
        var id = (await api.PostAsync(Address, $$"""{"workflow_id": "{{workflow}}", "cron": "0 1 * * *"}""")).Id;
        await api.PostAsync($"/api/pipeline-versions/{workflow}/status", """{"status": "DEPRECATED"}""");

        var renamed = await api.PatchAsync($"{Address}/{id}", """{"name": "old"}""");
        var stopped = await api.PatchAsync($"{Address}/{id}", """{"enabled": false, "name": null}""");

        Assert.Equal(("old", HttpStatusCode.OK), (renamed.Json.GetProperty("name").GetString(), stopped.Status));
        Assert.Equal(JsonValueKind.Null, stopped.Json.GetProperty("name").ValueKind);
    }

    [Fact]
    public async Task Schedule_OfAnotherTenant_IsNotThere()
    {
        var tenant = await api.AddTenantAsync("Stranger");
        var workflow = await AddWorkflowAsync();
        var id = (await api.PostAsync(Address, $$"""{"workflow_id": "{{workflow}}", "cron": "0 1 * * *"}""")).Id;
        var header = ("X-Tenant-Id", tenant.ToString());

        var answers = new[]
        {
            await api.SendAsync(HttpMethod.Get, $"{Address}/{id}", null, header),
            await api.SendAsync(HttpMethod.Patch, $"{Address}/{id}", """{"enabled": false}""", header),
            await api.SendAsync(HttpMethod.Get, $"{Address}/{id}/next", null, header),
            await api.SendAsync(HttpMethod.Get, $"{Address}/{id}/fires", null, header),
            await api.SendAsync(HttpMethod.Delete, $"{Address}/{id}", null, header),
        };

        Assert.All(answers, answer => Assert.Equal("schedule_not_found", answer.Problem));
        Assert.Equal("[]", (await api.SendAsync(HttpMethod.Get, Address, null, header)).Text);
    }

    [Fact]
    public async Task List_ByPage_IsNewestFirst()
    {
        var workflow = await AddWorkflowAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add((await api.PostAsync(Address, $$"""{"workflow_id": "{{workflow}}", "cron": "{{i}} 1 * * *"}""")).Id);

        var second = await api.GetAsync($"{Address}?workflow_id={workflow}&page=2&per_page=2");

        Assert.Equal([ids[2], ids[1]], second.Json.EnumerateArray().Select(s => s.GetProperty("id").GetGuid()));
        Assert.Equal("5", second.Headers["X-Total-Count"]);
        Assert.Equal("invalid_request", (await api.GetAsync($"{Address}?per_page=101")).Problem);
        Assert.Equal("invalid_request", (await api.GetAsync($"{Address}?page=0")).Problem);
    }

    [Fact]
    public async Task Preview_AnyExpression_ShowsTheNextTen()
    {
        var preview = await api.PostAsync($"{Address}/preview", """{"cron": "0 12 * * *", "timezone": "Asia/Kathmandu"}""");
        var refused = await api.PostAsync($"{Address}/preview", """{"cron": "nonsense"}""");
        var one = await api.PostAsync($"{Address}/preview", """{"cron": "0 12 * * *", "timezone": "Asia/Kathmandu", "count": 1}""");

        Approved.Equal("ScheduleTimes", one.Text.Replace(one.Json.GetProperty("times")[0].GetProperty("local").GetString()![..10], "<day>", StringComparison.Ordinal));
        Assert.Equal(10, preview.Json.GetProperty("times").GetArrayLength());
        Assert.EndsWith("T06:15:00+00:00", preview.Json.GetProperty("times")[9].GetProperty("at").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("T12:00:00+05:45", preview.Json.GetProperty("times")[9].GetProperty("local").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("has 1 fields", refused.Errors["cron"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_OfASchedule_BeginsWithItsNextFire()
    {
        var workflow = await AddWorkflowAsync();
        var made = await api.PostAsync(Address, $$"""{"workflow_id": "{{workflow}}", "cron": "0 0 1 1 *"}""");

        var next = await api.GetAsync($"{Address}/{made.Id}/next?count=3");

        Assert.Equal(3, next.Json.GetProperty("times").GetArrayLength());
        Assert.Equal(
            made.Json.GetProperty("next_fire_at").GetString(), next.Json.GetProperty("times")[0].GetProperty("at").GetString());
        Assert.Equal("invalid_request", (await api.GetAsync($"{Address}/{made.Id}/next?count=101")).Problem);
    }

    private async Task<Guid> AddWorkflowAsync(bool approved = true, Guid? tenantId = null)
    {
        var tenant = tenantId ?? _tenant;
        var pipeline = await api.AddPipelineAsync(tenant);
        var id = (await api.PostAsync("/api/pipeline-versions", $$"""
            {"tenant_id": "{{tenant}}", "pipeline_id": "{{pipeline}}", "version": "v1", "dag_spec": {},
             "input_schema": {"type": "object", "properties": {"n": {"type": "number"} } } }
            """)).Id;
        if (approved)
            await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "APPROVED"}""");
        return id;
    }

    private async Task<Answer> FiresAsync(Guid id)
    {
        for (var left = 600; left > 0; left--)
        {
            var fires = await api.GetAsync($"{Address}/{id}/fires");
            if (fires.Json.GetArrayLength() > 0)
                return fires;
            await Task.Delay(50, TestContext.Current.CancellationToken); // The control plane's own loop is at work.
        }

        throw new TimeoutException($"Schedule {id} did not fire within 30 s.");
    }
}
