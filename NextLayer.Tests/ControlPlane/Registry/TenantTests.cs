using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Registry;

public sealed class TenantTests(Api api) : IClassFixture<Api>
{
    private const string DefaultTenant = "/api/tenants/00000000-0000-7000-8000-000000000001";

    [Fact]
    public async Task Create_SameNameTwice_DerivesTwoSlugs()
    {
        var one = await api.PostAsync("/api/tenants", """{"name": "Acme & Sons"}""");
        var two = await api.PostAsync("/api/tenants", """{"name": "Acme & Sons"}""");

        Assert.Equal("acme_sons", await SlugAsync(one.Id));
        Assert.StartsWith("acme_sons_", await SlugAsync(two.Id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ab", "ab_org")]
    [InlineData("日本", "org")]
    [InlineData("  A--B  c!", "a_b_c")]
    public async Task Create_OddName_StillDerivesASlug(string name, string slug)
    {
        var made = await api.AddTenantAsync(name);

        Assert.Equal(slug, await SlugAsync(made));
    }

    [Fact]
    public async Task Create_SlugOfAnother_Is409()
    {
        await api.PostAsync("/api/tenants", """{"name": "x", "slug": "mine_1"}""");

        var answer = await api.PostAsync("/api/tenants", """{"name": "y", "slug": "mine_1"}""");

        Assert.Equal((HttpStatusCode.Conflict, "slug_taken"), (answer.Status, answer.Problem));
    }

    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("America/New_York", true)]
    [InlineData("UTC", true)]
    [InlineData("Europe/Atlantis", false)]
    [InlineData("../../etc/passwd", false)]
    public async Task Create_Timezone_MustBeAnIanaZone(string zone, bool known)
    {
        var answer = await api.PostAsync("/api/tenants", $$"""{"name": "x", "timezone": "{{zone}}"}""");

        Assert.Equal(known ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task Update_MembersLeftOutAndNull_StayAndAreCleared()
    {
        var id = (await api.PostAsync("/api/tenants", """{"name": "Before", "daily_run_limit": 5, "timezone": "Europe/Berlin"}""")).Id;

        var renamed = await api.PatchAsync($"/api/tenants/{id}", """{"name": "After"}""");
        var cleared = await api.PatchAsync($"/api/tenants/{id}", """{"daily_run_limit": null}""");

        Assert.Equal(("After", 5), (renamed.Json.GetProperty("name").GetString(), renamed.Json.GetProperty("daily_run_limit").GetInt32()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, cleared.Json.GetProperty("daily_run_limit").ValueKind);
        Assert.True(cleared.Json.GetProperty("updated_at").GetDateTimeOffset() > cleared.Json.GetProperty("created_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Update_ManyAtOnce_LoseNobodysChange()
    {
        var id = await api.AddTenantAsync("Shared");

        var answers = await Task.WhenAll(
            api.PatchAsync($"/api/tenants/{id}", """{"name": "Renamed"}"""),
            api.PatchAsync($"/api/tenants/{id}", """{"daily_run_limit": 7}"""),
            api.PatchAsync($"/api/tenants/{id}", """{"billing_status": "past_due"}"""));
        var tenant = (await api.GetAsync($"/api/tenants/{id}")).Json;

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(
            ("Renamed", 7, "past_due"),
            (tenant.GetProperty("name").GetString(), tenant.GetProperty("daily_run_limit").GetInt32(), tenant.GetProperty("billing_status").GetString()));
    }

    [Fact]
    public async Task Delete_TenantInUse_NamesWhatUsesIt()
    {
        var id = await api.AddTenantAsync();
        await api.AddPipelineAsync(id);
        await api.PostAsync("/api/facilities", $$"""{"tenant_id": "{{id}}", "name": "a"}""");
        await api.PostAsync("/api/facilities", $$"""{"tenant_id": "{{id}}", "name": "b"}""");

        var answer = await api.DeleteAsync($"/api/tenants/{id}");

        Assert.Equal(
            (HttpStatusCode.Conflict, "The tenant is still used by 2 facilities, 1 pipeline. Remove what uses it first."),
            (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task Delete_UnusedTenant_IsGoneAndASecondTimeNotFound()
    {
        var id = await api.AddTenantAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/api/tenants/{id}")).Status);
        Assert.Equal("tenant_not_found", (await api.DeleteAsync($"/api/tenants/{id}")).Problem);
    }

    [Fact]
    public async Task Default_DeletedOrRenamedSlug_IsRefused()
    {
        Assert.Equal("default_tenant", (await api.DeleteAsync(DefaultTenant)).Problem);
        Assert.Equal("default_tenant", (await api.PatchAsync(DefaultTenant, """{"slug": "other"}""")).Problem);
        Assert.Equal(HttpStatusCode.OK, (await api.PatchAsync(DefaultTenant, """{"name": "Home"}""")).Status);
    }

    [Fact]
    public async Task List_PartOfName_TakesPercentAndUnderscoreLiterally()
    {
        await api.AddTenantAsync("100% Wool");
        await api.AddTenantAsync("100 Sheep");

        var answer = await api.GetAsync("/api/tenants?q=100%25");

        Assert.Equal("100% Wool", Assert.Single(answer.Json.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
    }

    private async Task<string?> SlugAsync(Guid id) => (await api.GetAsync($"/api/tenants/{id}")).Json.GetProperty("slug").GetString();
}
