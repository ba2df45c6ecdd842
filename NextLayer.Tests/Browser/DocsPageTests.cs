using NextLayer.Tests.Support;

namespace NextLayer.Tests.Browser;

/// <summary>The API reference under the policy that its answers carry.</summary>
[Collection(BrowserTests.Name)]
public sealed class DocsPageTests(Site site, Api api) : IClassFixture<Api>
{
    [Fact]
    public async Task Docs_UnderTheirContentPolicy_ShowTheApiWithoutAComplaint()
    {
        await using var visit = await site.VisitAsync();

        await visit.Page.GotoAsync(new Uri(api.Host.Address, "/docs").ToString());
        // A group of operations, which only the script shows; a build without npm has none and says so.
        await visit.Page.GetByText("Connector instances").Or(visit.Page.GetByText("no API reference page")).First.WaitForAsync();

        Assert.DoesNotContain(visit.Complaints, complaint => complaint.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase));
    }
}
