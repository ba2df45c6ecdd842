using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform.OpenApi;

public sealed class ApiDocumentTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Document_EveryOperation_IsNamedDescribedAndHasItsFailures()
    {
        var document = (await api.GetAsync("/openapi/v1.json")).Json;

        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(o => o.Value.ValueKind == JsonValueKind.Object)
                .Select(o => (Name: $"{o.Name} {path.Name}", Operation: o.Value)))
            .ToList();
        var ids = operations.Select(o => o.Operation.TryGetProperty("operationId", out var id) ? id.GetString() : $"none: {o.Name}").ToList();

        Assert.True(operations.Count >= 40, $"only {operations.Count} operations");
        Assert.DoesNotContain(ids, id => id!.StartsWith("none: ", StringComparison.Ordinal));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(operations, o => Assert.True(o.Operation.TryGetProperty("summary", out _), $"{o.Name} has no summary"));
        Assert.All(operations, o => Assert.True(o.Operation.GetProperty("tags").GetArrayLength() == 1, $"{o.Name} has no tag"));
        Assert.All(operations, o => Assert.True(o.Operation.GetProperty("responses").TryGetProperty("default", out _), $"{o.Name} has no failures"));
    }

    [Fact]
    public async Task Document_EveryMember_IsSnakeCaseAndEveryReferenceLeadsSomewhere()
    {
        var document = (await api.GetAsync("/openapi/v1.json")).Json;
        var schemas = document.GetProperty("components").GetProperty("schemas");

        var members = schemas.EnumerateObject()
            .Where(schema => schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.GetProperty("properties").EnumerateObject().Select(member => $"{schema.Name}.{member.Name}"));

        Assert.All(members, name => Assert.Matches("^[A-Za-z]+\\.[a-z][a-z0-9_]*$", name));
        Assert.All(References(document), reference => Assert.True(
            schemas.TryGetProperty(reference.Replace("#/components/schemas/", "", StringComparison.Ordinal), out _), $"{reference} leads nowhere"));
    }

    [Fact]
    public async Task Document_SaysWhichOperationsAskForACredentialAndForWhichRight()
    {
        var document = (await api.GetAsync("/openapi/v1.json")).Json;
        var paths = document.GetProperty("paths");

        var cancel = paths.GetProperty("/api/runs/{runId}/cancel").GetProperty("post");

        Assert.Equal(["api_key", "bearer"], document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name).Order());
        Assert.Equal(["api_key", "bearer"], cancel.GetProperty("security").EnumerateArray().Select(way => Assert.Single(way.EnumerateObject()).Name).Order());
        Assert.StartsWith("Needs the permission `runs.control`.", cancel.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.False(paths.GetProperty("/health").GetProperty("get").TryGetProperty("security", out _));
    }

    [Fact]
    public async Task Document_Times_AreDateTimes()
    {
        var document = (await api.GetAsync("/openapi/v1.json")).Json;

        var time = document.GetProperty("components").GetProperty("schemas").GetProperty("Tenant").GetProperty("properties").GetProperty("created_at");

        Assert.Equal(("string", "date-time"), (time.GetProperty("type").GetString(), time.GetProperty("format").GetString()));
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/scalar")]
    public async Task Docs_Page_LoadsNothingFromElsewhere(string address)
    {
        var page = await api.GetAsync(address);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.Status, page.MediaType));
        Assert.Contains("/openapi/v1.json", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page.Text, StringComparison.Ordinal);
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member =>
            member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
