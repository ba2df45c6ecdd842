using System.Net;
using System.Text.Json;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Registry;

public sealed class PipelineVersionTests(Api api) : IClassFixture<Api>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_ManyAtOnce_NumbersThemWithoutHoles()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => api.AddVersionAsync(tenantId, pipelineId, $"v{i}", approved: false)));

        var numbers = await api.Database.ListAsync<int>("SELECT version_number FROM pipeline_versions WHERE id = ANY ($1) ORDER BY 1", ids);
        Assert.Equal(Enumerable.Range(1, 8), numbers);
    }

    [Fact]
    public async Task Approve_WithANote_KeepsWhatWasSaidFirst()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(tenantId, pipelineId, approved: false);
        var address = $"/api/pipeline-versions/{id}";

        var draft = (await api.GetAsync(address)).Json;
        await api.PostAsync($"{address}/status", """{"status": "APPROVED", "note": "Tried with ten orders."}""");
        var approved = (await api.GetAsync(address)).Json;
        await api.PostAsync($"{address}/status", """{"status": "APPROVED", "note": "Again."}""");
        var repeated = (await api.GetAsync(address)).Json;
        await api.PostAsync($"{address}/status", """{"status": "DEPRECATED"}""");
        var deprecated = (await api.GetAsync(address)).Json;

        Assert.Equal(JsonValueKind.Null, draft.GetProperty("status_at").ValueKind);
        Assert.Equal("Tried with ten orders.", approved.GetProperty("status_note").GetString());
        Assert.Equal(approved.GetRawText(), repeated.GetRawText());
        Assert.Equal(JsonValueKind.Null, deprecated.GetProperty("status_note").ValueKind);
        Assert.True(deprecated.GetProperty("status_at").GetDateTimeOffset() > approved.GetProperty("status_at").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Approve_WithABlankNote_Is400AndChangesNothing(string note)
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(tenantId, pipelineId, approved: false);

        var answer = await api.PostAsync($"/api/pipeline-versions/{id}/status", $$"""{"status": "APPROVED", "note": "{{note}}"}""");

        Assert.Equal((HttpStatusCode.BadRequest, "DRAFT"), (answer.Status, (await api.GetAsync($"/api/pipeline-versions/{id}")).Json.GetProperty("status").GetString()));
        Assert.Contains("note", answer.Errors.Keys);
    }

    [Fact]
    public async Task Create_LabelTwice_Is409()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        await api.AddVersionAsync(tenantId, pipelineId);

        var answer = await PostAsync(tenantId, pipelineId, """ "version": "v1" """);

        Assert.Equal((HttpStatusCode.Conflict, "version_taken"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Create_AnotherTenantsPipeline_Is404()
    {
        var (_, pipelineId) = await AddPipelineAsync();

        var answer = await PostAsync(await api.AddTenantAsync(), pipelineId, """ "version": "v1" """);

        Assert.Equal((HttpStatusCode.NotFound, "pipeline_not_found"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Create_Definition_IsKeptByteForByte()
    {
        const string spec = """{ "b": 1.0,  "a": [1e2, "\u00e4"], "unknown": {"x": null} }""";
        var (tenantId, pipelineId) = await AddPipelineAsync();

        var id = await api.AddVersionAsync(tenantId, pipelineId, dagSpec: spec, approved: false);

        Assert.Equal(spec, await api.Database.AskAsync<string>("SELECT definition::text FROM pipeline_versions WHERE id = $1", id));
    }

    [Theory]
    [InlineData("""{"type": "string"}""", "input_schema.type")]
    [InlineData("""{"properties": {}}""", "input_schema.type")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "txt"}}}""", "input_schema.properties.a.type")]
    [InlineData("""{"type": "object", "$ref": "https://example.com/schema"}""", "input_schema.$ref")]
    [InlineData("""[]""", "input_schema")]
    public async Task Create_UnusableInputSchema_IsRefusedAtItsPlace(string schema, string path)
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();

        var answer = await PostAsync(tenantId, pipelineId, $""" "version": "v1", "input_schema": {schema} """);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(path, answer.Errors.Keys);
    }

    [Fact]
    public async Task Approve_InvalidDefinition_NamesEveryErrorAndLeavesTheDraft()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(
            tenantId, pipelineId, approved: false,
            dagSpec: """{"nodes": [{"id": "a", "type": "nonsense"}, {"id": "b", "type": "delay"}], "edges": [{"id": "e", "source": "a", "target": "gone"}]}""");

        var validated = await api.PostAsync($"/api/pipeline-versions/{id}/validate");
        var approved = await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "APPROVED"}""");
        var shown = await api.GetAsync($"/api/pipeline-versions/{id}");

        Assert.False(validated.Json.GetProperty("valid").GetBoolean());
        Assert.True(validated.Json.GetProperty("errors").GetArrayLength() >= 2, validated.Text);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_definition"), (approved.Status, approved.Problem));
        Assert.Equal("DRAFT", shown.Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Update_DraftThatWasNeverApproved_ChangesTheDefinition()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(tenantId, pipelineId, approved: false);

        var answer = await api.PatchAsync($"/api/pipeline-versions/{id}", """{"dag_spec": {"steps": ["a"]}, "input_schema": {"type": "object"}}""");

        Assert.Equal("""{"steps":["a"]}""", answer.Json.GetProperty("dag_spec").GetRawText());
        Assert.Equal(JsonValueKind.Object, answer.Json.GetProperty("input_schema").ValueKind);
    }

    [Theory]
    [InlineData("APPROVED")]
    [InlineData("DEPRECATED")]
    public async Task Update_OnceItHasLeftDraft_IsRefusedEvenBackInDraft(string status)
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(tenantId, pipelineId, approved: false);
        await api.PostAsync($"/api/pipeline-versions/{id}/status", $$"""{"status": "{{status}}"}""");
        await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "DRAFT"}""");

        var answer = await api.PatchAsync($"/api/pipeline-versions/{id}", """{"dag_spec": {}}""");
        var renamed = await api.PatchAsync($"/api/pipeline-versions/{id}", """{"version": "v1-old"}""");

        Assert.Equal((HttpStatusCode.Conflict, "version_frozen"), (answer.Status, answer.Problem));
        Assert.Equal(HttpStatusCode.OK, renamed.Status);
    }

    [Fact]
    public async Task Catalog_Draft_IsReadAnewAndAnApprovedVersionIsKept()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(tenantId, pipelineId, approved: false);
        var catalog = api.Host.Get<VersionCatalog>();
        var draft = await catalog.GetAsync(id, Ct);
        await api.PatchAsync($"/api/pipeline-versions/{id}", """{"dag_spec": {"steps": ["a"]}}""");
        await api.PostAsync($"/api/pipeline-versions/{id}/status", """{"status": "APPROVED"}""");

        var approved = await catalog.GetAsync(id, Ct);

        Assert.Equal(("{}", """{"steps": ["a"]}"""), (draft!.Definition.GetRawText(), approved!.Definition.GetRawText()));
        Assert.Same(approved, await catalog.GetAsync(id, Ct));
        Assert.Null(await catalog.GetAsync(Guid.CreateVersion7(), Ct));
    }

    [Fact]
    public async Task Delete_VersionWithRuns_IsRefused()
    {
        var (tenantId, pipelineId) = await AddPipelineAsync();
        var id = await api.AddVersionAsync(tenantId, pipelineId);
        await api.PostAsync("/api/runs", $$"""{"tenant_id": "{{tenantId}}", "pipeline_version_id": "{{id}}"}""");

        var answer = await api.DeleteAsync($"/api/pipeline-versions/{id}");

        Assert.Equal("The pipeline version is still used by 1 run. Remove what uses it first.", answer.Detail);
    }

    private async Task<(Guid TenantId, Guid PipelineId)> AddPipelineAsync()
    {
        var tenantId = await api.AddTenantAsync();
        return (tenantId, await api.AddPipelineAsync(tenantId));
    }

    private Task<Answer> PostAsync(Guid tenantId, Guid pipelineId, string members) =>
        api.PostAsync("/api/pipeline-versions", $$"""{"tenant_id": "{{tenantId}}", "pipeline_id": "{{pipelineId}}", {{members}}}""");
}
