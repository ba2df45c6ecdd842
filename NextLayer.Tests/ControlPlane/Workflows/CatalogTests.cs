using System.Net;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workflows;
using NextLayer.Tests.Support;
using NextLayer.Workflows.Catalog;

namespace NextLayer.Tests.ControlPlane.Workflows;

public sealed class CatalogTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Steps_All_AreThoseOfTheCatalogInItsOrder()
    {
        var answer = await api.GetAsync("/api/v1/catalog/steps");

        var steps = JsonSerializer.Deserialize<IReadOnlyList<StepTypeInfo>>(answer.Text, NextLayerJson.Options)!;
        Assert.Equal(StepCatalog.Default.Listed.Select(type => type.Type), steps.Select(step => step.Type));
        Assert.Equal(12, steps.Count);
        Assert.Equal("application/json", answer.MediaType);
    }

    [Fact]
    public async Task Steps_KnownAlready_AreNotSentAgain()
    {
        var first = await api.GetAsync("/api/v1/catalog/steps");

        var again = await api.SendAsync(HttpMethod.Get, "/api/v1/catalog/steps", null, ("If-None-Match", first.Headers["ETag"]));
        var other = await api.SendAsync(HttpMethod.Get, "/api/v1/catalog/steps", null, ("If-None-Match", "\"other\""));

        Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Text));
        Assert.Equal((HttpStatusCode.OK, first.Text), (other.Status, other.Text));
        Assert.Equal("private, max-age=300", string.Join(", ", first.Headers["Cache-Control"].Split(',', StringSplitOptions.TrimEntries).Order().Reverse()));
    }

    [Fact]
    public async Task Steps_OneOfThem_IsAsApproved()
    {
        var answer = await api.GetAsync("/api/v1/catalog/steps");

        Approved.Equal("StepTypeInfo", answer.Json.EnumerateArray().Single(step => step.GetProperty("type").GetString() == "transform").GetRawText());
    }
}
