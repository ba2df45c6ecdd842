using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Browser;

/// <summary>The same, where everybody must say who they are. Its own calls are made with the installation's key.</summary>
public sealed class SecuredSite(Servers servers) : Site(servers)
{
    public const string AdminKey = "nlk_installationadmin_0123456789abcdefghijABCDEFGHIJ0123456789";
    private const string WorkerKey = "nlk_installationworker_0123456789abcdefghijABCDEFGHIJ9876543210";

    protected override (string Key, string Value)[] ControlPlaneSettings => [("Auth:Required", "true"), ("Auth:AdminKey", AdminKey), ("Auth:WorkerKey", WorkerKey)];

    protected override (string Key, string Value)[] WorkerSettings => [("CP_API_KEY", WorkerKey)];

    protected override string? Credential => AdminKey;

    /// <summary>Signs somebody in on the sign-in page; they are on the overview then.</summary>
    public async Task SignInAsync(Visit visit, string credential)
    {
        await visit.Page.GotoAsync("/sign-in");
        await visit.Page.GetByLabel("API key or token").FillAsync(credential);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Overview" }).WaitForAsync();
        visit.Forget(); // Until then the browser rightly says that it was refused.
    }

    /// <summary>Makes a key of the demo's tenant.</summary>
    public async Task<(string Id, string Secret)> MakeKeyAsync(string name, string role)
    {
        await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/api-keys") { Content = JsonContent.Create(new { name, role }) };
        request.Headers.Add("X-Tenant-Id", Demo.TenantId);
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        var key = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }
}
