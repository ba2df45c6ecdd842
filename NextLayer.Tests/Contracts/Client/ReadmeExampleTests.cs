using System.Runtime.CompilerServices;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.Contracts.Client;

public sealed class ReadmeExampleTests(Api api) : IClassFixture<Api>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Example_AgainstAControlPlane_FollowsTheRunToItsEnd()
    {
        var tenant = await api.AddTenantAsync();
        var version = await api.AddVersionAsync(tenant, await api.AddPipelineAsync(tenant));

        var example = ReadmeExample.RunAsync(api.Host.Address, tenant, version);
        var claim = await api.PostAsync("/api/runs/claim", $$"""{"worker_id": "w1", "tenant_id": "{{tenant}}", "wait_seconds": 30}""");
        var id = claim.Json.GetProperty("run").GetProperty("id").GetGuid();
        await api.PostAsync($"/api/runs/{id}/complete", """{"status": "SUCCEEDED"}""");

        Assert.Equal($"{RunStatus.Succeeded} ", await example.WaitAsync(TimeSpan.FromSeconds(60), Ct));
    }

    [Fact]
    public void Readme_ShowsTheExampleThatCompiles()
    {
        var code = Between(File.ReadAllText(Path.Combine(Here(), "ReadmeExample.cs")), "// <readme>\n", "        // </readme>");
        var shown = Between(File.ReadAllText(Path.Combine(Here(), "..", "..", "..", "README.md")), "```csharp\n", "```");

        Assert.Equal(string.Join('\n', code.Split('\n').Select(line => line.Length >= 8 ? line[8..] : line)), shown);
    }

    private static string Between(string text, string start, string end)
    {
        text = text.ReplaceLineEndings("\n");
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // The compiler gives a full path.
}
