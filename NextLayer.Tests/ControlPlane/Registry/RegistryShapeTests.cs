using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Registry;

/// <summary>Bodies of the registry as approved documents; those of POST are the first documents' own.</summary>
public sealed class RegistryShapeTests(Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Tenant_EveryShape_IsAsApproved()
    {
        var made = await api.PostAsync("/api/tenants", """{"name": "Tenant Name"}""");
        var shown = await api.GetAsync($"/api/tenants/{made.Id}");
        var page = await api.GetAsync("/api/tenants?slug=tenant_name");

        Approved.Equal("TenantCreated", made.Text);
        Approved.Equal("Tenant", shown.Text);
        Approved.Equal("TenantPage", page.Text);
        Assert.Equal("1", page.Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Facility_EveryShape_IsAsApproved()
    {
        var tenantId = await api.AddTenantAsync();
        var made = await api.PostAsync("/api/facilities", $$"""{"tenant_id": "{{tenantId}}", "name": "Store 1"}""");

        Approved.Equal("FacilityCreated", made.Text);
        Approved.Equal("Facility", (await api.GetAsync($"/api/facilities/{made.Id}")).Text);
    }

    [Fact]
    public async Task ConnectorInstance_EveryShape_IsAsApproved()
    {
        var tenantId = await api.AddTenantAsync();
        var made = await api.PostAsync(
            "/api/connector-instances", $$"""{"tenant_id": "{{tenantId}}", "connector_type": "shopify", "config": {"shop": "a", "n": 1.0} }""");

        Approved.Equal("ConnectorInstanceCreated", made.Text);
        Approved.Equal("ConnectorInstance", (await api.GetAsync($"/api/connector-instances/{made.Id}")).Text);
    }

    [Fact]
    public async Task PipelineAndVersion_EveryShape_IsAsApproved()
    {
        var tenantId = await api.AddTenantAsync();
        var pipeline = await api.PostAsync(
            "/api/pipelines", $$"""{"tenant_id": "{{tenantId}}", "name": "Pipeline Name", "description": "Optional description"}""");
        var version = await api.PostAsync(
            "/api/pipeline-versions",
            $$"""{"tenant_id": "{{tenantId}}", "pipeline_id": "{{pipeline.Id}}", "version": "v1", "dag_spec": {"steps": ["step1", "step2"]} }""");
        var approved = await api.PostAsync($"/api/pipeline-versions/{version.Id}/status", """{"status": "APPROVED"}""");

        Approved.Equal("PipelineCreated", pipeline.Text);
        Approved.Equal("Pipeline", (await api.GetAsync($"/api/pipelines/{pipeline.Id}")).Text);
        Approved.Equal("PipelineVersionCreated", version.Text);
        Approved.Equal("PipelineVersionApproved", approved.Text);
        Approved.Equal("PipelineVersion", (await api.GetAsync($"/api/pipeline-versions/{version.Id}")).Text);
    }

    [Fact]
    public async Task Problem_OfABadField_IsAsApproved()
    {
        var answer = await api.PostAsync("/api/tenants", """{"billing_status": "rich"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Approved.Equal("ProblemOfFields", answer.Text);
    }
}
