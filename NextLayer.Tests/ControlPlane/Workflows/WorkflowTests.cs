using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Workflows;

/// <summary>The eight workflow endpoints, rule by rule.</summary>
public sealed class WorkflowTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task List_Pages_ShowsEachWorkflowOnceNewestFirst()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add(await tenant.AddDraftAsync($"Number {i}"));
        ids.Reverse();

        var first = await tenant.GetAsync("/workflows?per_page=2");
        var last = await tenant.GetAsync("/workflows?page=3&per_page=2");
        var beyond = await tenant.GetAsync("/workflows?page=4&per_page=2");

        Assert.Equal(ids[..2], first.Ids());
        Assert.Equal(ids[4..], last.Ids());
        Assert.Empty(beyond.Ids());
        Assert.Equal(["5", "5", "5"], new[] { first, last, beyond }.Select(page => page.Headers["X-Total-Count"]));
    }

    [Fact]
    public async Task List_Filters_FindWhatFits()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var draft = await tenant.AddDraftAsync("Orders 100%");
        var published = await tenant.AddPublishedAsync("Refunds");
        var archived = await tenant.AddPublishedAsync("Old");
        await api.PostAsync($"/api/pipeline-versions/{archived}/status", """{"status": "DEPRECATED"}""");
        var copy = (await tenant.PostAsync($"/workflows/{published}/duplicate")).Id;
        var pipeline = (await tenant.GetAsync($"/workflows/{copy}")).Text("pipeline_id");

        Assert.Equal([copy, archived, published, draft], (await tenant.GetAsync("/workflows")).Ids());
        Assert.Equal([copy, draft], (await tenant.GetAsync("/workflows?status=draft")).Ids());
        Assert.Equal([published], (await tenant.GetAsync("/workflows?status=published")).Ids());
        Assert.Equal([archived, published], (await tenant.GetAsync("/workflows?status=archived&status=published")).Ids());
        Assert.Equal([copy, published], (await tenant.GetAsync($"/workflows?pipeline_id={pipeline}")).Ids());
        Assert.Equal([draft], (await tenant.GetAsync("/workflows?q=100%25")).Ids());
    }

    [Theory]
    [InlineData("status=APPROVED", "status")]
    [InlineData("page=0", "page")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("per_page=x", "per_page")]
    [InlineData("pipeline_id=7", "pipeline_id")]
    public async Task List_UnusableParameter_Is400(string query, string field)
    {
        var answer = await api.GetAsync($"/api/v1/workflows?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Errors.Keys);
    }

    [Fact]
    public async Task Create_NameAlone_MakesPipelineAndEmptyVersion1()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        var made = await tenant.PostAsync("/workflows", """{"name": "Orders"}""");

        Assert.Equal((HttpStatusCode.Created, $"/api/v1/workflows/{made.Id}"), (made.Status, made.Headers["Location"]));
        Assert.Equal(("draft", 1, ""), (made.Text("status"), made.Number("version"), made.Text("description")));
        Assert.Equal("""{"nodes":[],"edges":[]}""", Minimal(made.Json.GetProperty("definition")));
        Assert.Equal(made.Text, (await tenant.GetAsync($"/workflows/{made.Id}")).Text);
        var version = await api.GetAsync($"/api/pipeline-versions/{made.Id}");
        Assert.Equal(("DRAFT", "v1", tenant.Id.ToString()), (version.Text("status"), version.Text("version"), version.Text("tenant_id")));
    }

    [Fact]
    public async Task Create_Definition_IsKeptByteForByte()
    {
        const string definition = """{ "nodes": [],  "b": 1.0, "unknown": {"x": [1e2, "\u00e4"]} }""";
        var tenant = await WorkflowTenant.CreateAsync(api);

        var id = await tenant.AddDraftAsync(definition: definition);

        Assert.Equal(definition, await api.Database.AskAsync<string>("SELECT definition::text FROM pipeline_versions WHERE id = $1", id));
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name": "  "}""", "name")]
    [InlineData("""{"name": null}""", "name")]
    [InlineData("""{"name": "x", "definition": []}""", "definition")]
    [InlineData("""{"name": "x", "definition": "{}"}""", "definition")]
    [InlineData("""{"name": "x", "input_schema": {"type": "string"}}""", "input_schema.type")]
    [InlineData("""{"name": "x", "input_schema": 7}""", "input_schema")]
    [InlineData("""{"name": "x", "input_schema": {"type": "object", "properties": {"a": {"type": "txt"}}}}""", "input_schema.properties.a.type")]
    public async Task Create_BadMember_IsRefusedAtItsPlaceAndMakesNothing(string body, string path)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);

        var answer = await tenant.PostAsync("/workflows", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(path, answer.Errors.Keys);
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM pipelines WHERE tenant_id = $1", tenant.Id));
    }

    [Fact]
    public async Task Create_SameKeyTwice_AnswersAsAtFirst()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        const string body = """{"name": "Once"}""";
        var first = await tenant.PostAsync("/workflows", body, ("X-Idempotency-Key", "k"));
        await tenant.PutAsync($"/workflows/{first.Id}", """{"name": "Renamed"}""");

        var again = await tenant.PostAsync("/workflows", body, ("Idempotency-Key", "k"));
        var other = await tenant.PostAsync("/workflows", """{"name": "Other"}""", ("Idempotency-Key", "k"));
        var stranger = await (await WorkflowTenant.CreateAsync(api)).PostAsync("/workflows", body, ("Idempotency-Key", "k"));

        Assert.Equal((HttpStatusCode.OK, first.Text, first.Headers["Location"]), (again.Status, again.Text, again.Headers["Location"]));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Problem));
        Assert.Equal(HttpStatusCode.Created, stranger.Status);
        Assert.NotEqual(first.Id, stranger.Id);
    }

    [Fact]
    public async Task Update_Draft_ChangesWhatIsGivenAndKeepsTheRest()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync("Orders", inputSchema: """{"type": "object"}""");

        var drawn = await tenant.PutAsync($"/workflows/{id}", """{"definition": {"nodes": []}}""");
        var renamed = await tenant.PutAsync($"/workflows/{id}", """{"name": "Sales", "description": "All of them", "input_schema": null}""");
        var cleared = await tenant.PutAsync($"/workflows/{id}", """{"description": ""}""");

        Assert.Equal(("Orders", """{"nodes":[]}""", """{"type":"object"}"""), (drawn.Text("name"), drawn.Json.GetProperty("definition").GetRawText(), Minimal(drawn.Json.GetProperty("input_schema"))));
        Assert.Equal(("Sales", "All of them", JsonValueKind.Null), (renamed.Text("name"), renamed.Text("description"), renamed.Json.GetProperty("input_schema").ValueKind));
        Assert.Equal(("Sales", ""), (cleared.Text("name"), cleared.Text("description")));
        Assert.True(renamed.Json.GetProperty("updated_at").GetDateTimeOffset() > drawn.Json.GetProperty("updated_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Update_NameOfADraft_IsThatOfAllVersions()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var published = await tenant.AddPublishedAsync("Orders");
        var draft = (await tenant.PostAsync($"/workflows/{published}/duplicate")).Id;

        await tenant.PutAsync($"/workflows/{draft}", """{"name": "Sales"}""");

        Assert.Equal("Sales", (await tenant.GetAsync($"/workflows/{published}")).Text("name"));
    }

    [Fact]
    public async Task Update_SomebodyElseSavedMeanwhile_Is412AndChangesNothing()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();
        var read = (await tenant.GetAsync($"/workflows/{id}")).Headers["ETag"];
        var saved = await tenant.PutAsync($"/workflows/{id}", """{"definition": {"steps": ["mine"]}}""", ("If-Match", read));

        var late = await tenant.PutAsync($"/workflows/{id}", """{"definition": {}}""", ("If-Match", read));
        var next = await tenant.PutAsync($"/workflows/{id}", """{"name": "Next"}""", ("If-Match", saved.Headers["ETag"]));

        Assert.Equal((HttpStatusCode.PreconditionFailed, "changed_meanwhile"), (late.Status, late.Problem));
        Assert.Equal(HttpStatusCode.OK, next.Status);
        Assert.Equal("""{"steps":["mine"]}""", Minimal(next.Json.GetProperty("definition")));
        Assert.Equal(next.Headers["ETag"], (await tenant.GetAsync($"/workflows/{id}")).Headers["ETag"]);
    }

    [Theory]
    [InlineData("APPROVED", "workflow_not_draft")]
    [InlineData("DEPRECATED", "workflow_not_draft")]
    [InlineData("DRAFT", "workflow_frozen")]
    public async Task Update_OnceItWasPublished_Is400(string status, string problem)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddPublishedAsync("Orders");
        await api.PostAsync($"/api/pipeline-versions/{id}/status", $$"""{"status": "{{status}}"}""");

        var answer = await tenant.PutAsync($"/workflows/{id}", """{"name": "Other"}""");

        Assert.Equal((HttpStatusCode.BadRequest, problem), (answer.Status, answer.Problem));
        Assert.Equal("Orders", (await tenant.GetAsync($"/workflows/{id}")).Text("name"));
    }

    [Fact]
    public async Task Delete_LastDraft_TakesThePipelineAlong()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();

        var answer = await tenant.DeleteAsync($"/workflows/{id}");

        Assert.Equal((HttpStatusCode.NoContent, ""), (answer.Status, answer.Text));
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM pipelines WHERE tenant_id = $1", tenant.Id));
        Assert.Equal("workflow_not_found", (await tenant.DeleteAsync($"/workflows/{id}")).Problem);
    }

    [Fact]
    public async Task Delete_DraftBesideAPublishedVersion_KeepsThePipeline()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var published = await tenant.AddPublishedAsync();
        var draft = (await tenant.PostAsync($"/workflows/{published}/duplicate")).Id;

        await tenant.DeleteAsync($"/workflows/{draft}");

        Assert.Equal([published], (await tenant.GetAsync("/workflows")).Ids());
    }

    [Theory]
    [InlineData("APPROVED")]
    [InlineData("DEPRECATED")]
    public async Task Delete_NotADraft_Is400(string status)
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddPublishedAsync();
        await api.PostAsync($"/api/pipeline-versions/{id}/status", $$"""{"status": "{{status}}"}""");

        var answer = await tenant.DeleteAsync($"/workflows/{id}");

        Assert.Equal((HttpStatusCode.BadRequest, "workflow_not_draft"), (answer.Status, answer.Problem));
        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync($"/workflows/{id}")).Status);
    }

    [Fact]
    public async Task Delete_DraftThatHasRunsFromBefore_Is409()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddPublishedAsync();
        await tenant.RunAsync(id);
        await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "DRAFT"}""");

        var answer = await tenant.DeleteAsync($"/workflows/{id}");

        Assert.Equal((HttpStatusCode.Conflict, "in_use"), (answer.Status, answer.Problem));
        Assert.Equal([id], (await tenant.GetAsync("/workflows")).Ids());
    }

    [Fact]
    public async Task Publish_Valid_FreezesItAndIsIdempotent()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();

        var published = await tenant.PostAsync($"/workflows/{id}/publish");
        var again = await tenant.PostAsync($"/workflows/{id}/publish");

        Assert.Equal((HttpStatusCode.OK, "published"), (published.Status, published.Text("status")));
        Assert.NotEqual(JsonValueKind.Null, published.Json.GetProperty("frozen_at").ValueKind);
        Assert.Equal((HttpStatusCode.OK, published.Text), (again.Status, again.Text));
    }

    [Fact]
    public async Task Publish_Invalid_NamesEveryErrorAndItsNodeAndLeavesTheDraft()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync(definition: Broken);

        var validated = await tenant.PostAsync($"/workflows/{id}/validate");
        var published = await tenant.PostAsync($"/workflows/{id}/publish");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_definition"), (published.Status, published.Problem));
        var messages = published.Json.GetProperty("errors").EnumerateObject().SelectMany(at => at.Value.EnumerateArray()).Select(message => message.GetString()).ToList();
        Assert.Equal(validated.Json.GetProperty("errors").EnumerateArray().Select(message => message.GetString()).Order(), messages.Order());
        Assert.Equal(validated.Json.GetProperty("problems").GetRawText(), published.Json.GetProperty("problems").GetRawText());
        Assert.All(published.Json.GetProperty("problems").EnumerateArray(), problem =>
            Assert.Contains(messages, message => message!.Contains($"'{problem.GetProperty("node_id").GetString()}'", StringComparison.Ordinal)));
        Assert.Equal("draft", (await tenant.GetAsync($"/workflows/{id}")).Text("status"));
    }

    [Fact]
    public async Task Validate_BrokenOne_SaysTheSameSavedOrNot()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync(definition: Broken);

        var saved = await tenant.PostAsync($"/workflows/{id}/validate");
        var unsaved = await tenant.PostAsync("/workflows/validate", $$$"""{"definition": {{{Broken}}}, "input_schema": {"type": "array"}}""");
        var fine = await tenant.PostAsync("/workflows/validate", """{"definition": {}}""");

        Assert.Equal((HttpStatusCode.OK, false), (saved.Status, saved.Json.GetProperty("valid").GetBoolean()));
        Assert.Equal(saved.Json.GetProperty("problems").GetArrayLength() + 1, unsaved.Json.GetProperty("problems").GetArrayLength());
        Assert.StartsWith("input_schema.type must", unsaved.Json.GetProperty("errors").EnumerateArray().Last().GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"valid":true,"errors":[],"problems":[]}""", fine.Text);
    }

    [Fact]
    public async Task Duplicate_AnyVersion_MakesTheNextDraftOfItsPipeline()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var first = await tenant.AddPublishedAsync("Orders", inputSchema: """{"type": "object"}""");
        var original = await tenant.GetAsync($"/workflows/{first}");

        var second = await tenant.PostAsync($"/workflows/{first}/duplicate");
        var third = await tenant.PostAsync($"/workflows/{first}/duplicate");

        Assert.Equal((HttpStatusCode.Created, $"/api/v1/workflows/{second.Id}"), (second.Status, second.Headers["Location"]));
        Assert.Equal((2, "draft", "Orders", "v2"), (second.Number("version"), second.Text("status"), second.Text("name"), second.Text("version_label")));
        Assert.Equal(3, third.Number("version"));
        Assert.Equal(original.Text("pipeline_id"), third.Text("pipeline_id"));
        Assert.Equal(original.Json.GetProperty("definition").GetRawText(), third.Json.GetProperty("definition").GetRawText());
        Assert.Equal(original.Json.GetProperty("input_schema").GetRawText(), third.Json.GetProperty("input_schema").GetRawText());
    }

    [Fact]
    public async Task Duplicate_LabelIsTaken_FindsAnother()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();
        await api.PatchAsync($"/api/pipeline-versions/{id}", """{"version": "v2"}""");

        var copy = await tenant.PostAsync($"/workflows/{id}/duplicate");

        Assert.Equal("v2.2", copy.Text("version_label"));
    }

    [Fact]
    public async Task Duplicate_SameKeyTwice_MakesOne()
    {
        var tenant = await WorkflowTenant.CreateAsync(api);
        var id = await tenant.AddDraftAsync();

        var first = await tenant.PostAsync($"/workflows/{id}/duplicate", null, ("Idempotency-Key", "copy"));
        var again = await tenant.PostAsync($"/workflows/{id}/duplicate", null, ("Idempotency-Key", "copy"));

        Assert.Equal((HttpStatusCode.OK, first.Text), (again.Status, again.Text));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PUT", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/publish")]
    [InlineData("POST", "/validate")]
    [InlineData("POST", "/duplicate")]
    [InlineData("POST", "/run")]
    public async Task AnyCall_ForeignWorkflow_AnswersAsForAnAbsentOne(string method, string rest)
    {
        var owner = await WorkflowTenant.CreateAsync(api);
        var foreign = await owner.AddPublishedAsync();
        var stranger = await WorkflowTenant.CreateAsync(api);
        var absent = Guid.CreateVersion7();
        var body = method == "PUT" ? "{}" : null;

        var answer = await stranger.SendAsync(new HttpMethod(method), $"/workflows/{foreign}{rest}", body);
        var reference = await stranger.SendAsync(new HttpMethod(method), $"/workflows/{absent}{rest}", body);

        Assert.Equal((HttpStatusCode.NotFound, "workflow_not_found"), (answer.Status, answer.Problem));
        Assert.Equal(reference.Text.Replace(absent.ToString(), foreign.ToString(), StringComparison.Ordinal), answer.Text);
        Assert.Empty((await stranger.GetAsync("/workflows")).Ids());
    }

    private const string Broken = """
        {"nodes": [{"id": "a", "type": "nonsense"},
                   {"id": "each", "type": "for_each", "data": {"config": {"items": [], "body": {"nodes": [{"id": "x", "type": "teleport"}]}}}},
                   {"id": "gate", "type": "condition", "data": {"config": {"expression": "input.x >"}}}],
         "edges": [{"id": "e", "source": "a", "target": "gone"}, {"id": "f", "source": "a", "target": "each"}, {"id": "g", "source": "each", "target": "gate"}]}
        """;

    private static string Minimal(JsonElement json) => JsonSerializer.Serialize(json);
}
