using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Features.Providers.Registry;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Providers;

public sealed class ProviderRegistryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("registry").FullName;
    private readonly ManualClock clock = new();

    [Fact]
    public void Current_DeliveredFiles_AreTheThreePipelines()
    {
        var content = Registry(new ProviderOptions()).Current;

        Assert.False(content.IsFallback);
        Assert.Equal(["gcp_billing", "openai_usage_cost", "anthropic_usage_cost"], content.Entries.Select(e => e.Id));
        Assert.Equal("GCP_SA", content.Find("gcp", "cost", "billing")!.View.RequiredIntegration);
        Assert.NotNull(content.Find("openai", "", "usage_cost"));
        Assert.Null(content.Find("openai", "cost", "usage_cost"));
    }

    [Fact]
    public void Current_NoFolder_IsTheBuiltInOne()
    {
        var content = Registry(new ProviderOptions { ConfigFolder = Path.Combine(folder, "none") }).Current;

        Assert.True(content.IsFallback);
        Assert.Equal(3, content.Entries.Count);
    }

    [Fact]
    public void Current_FilesChanged_AreReadAgain()
    {
        Copy();
        var registry = Registry(new ProviderOptions { ConfigFolder = folder });
        var before = registry.Current;

        Write("openai/usage_cost.yml", File.ReadAllText(At("openai/usage_cost.yml")).Replace("max_attempts: 3", "max_attempts: 5", StringComparison.Ordinal));
        var tooSoon = registry.Current;
        clock.Advance(TimeSpan.FromSeconds(3));
        var after = registry.Current;

        Assert.Same(before, tooSoon);
        Assert.NotEqual(before.Find("openai", "", "usage_cost")!.ContentHash, after.Find("openai", "", "usage_cost")!.ContentHash);
        Assert.Equal(before.Find("gcp", "cost", "billing")!.ContentHash, after.Find("gcp", "cost", "billing")!.ContentHash);
    }

    [Fact]
    public void Current_ChangeWithAMistakeOrFolderGone_KeepsWhatWasReadBefore()
    {
        Copy();
        var registry = Registry(new ProviderOptions { ConfigFolder = folder });
        var before = registry.Current;

        Write("openai/usage_cost.yml", "definition: [");
        clock.Advance(TimeSpan.FromSeconds(3));
        var mistaken = registry.Current;
        Directory.Delete(folder, recursive: true);
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Same(before, mistaken);
        Assert.Same(before, registry.Current);
    }

    [Fact]
    public async Task Start_Mistakes_RefusesAndNamesThem()
    {
        Copy();
        Write("openai/usage_cost.yml", "definition: 1");
        Write("gcp/cost/billing.yml", "input_schema: 1");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Registry(new ProviderOptions { ConfigFolder = folder }).StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("openai/usage_cost.yml: definition must be a mapping.", error.Message, StringComparison.Ordinal);
        Assert.Contains("gcp/cost/billing.yml: input_schema must be a mapping.", error.Message, StringComparison.Ordinal);
    }

    private ProviderRegistry Registry(ProviderOptions options) => new(Options.Create(options), clock, NullLogger<ProviderRegistry>.Instance);

    private string At(string file) => Path.Combine(folder, file);

    private void Write(string file, string text)
    {
        File.WriteAllText(At(file), text);
        File.SetLastWriteTimeUtc(At(file), File.GetLastWriteTimeUtc(At(file)).AddSeconds(1));
    }

    private void Copy()
    {
        var delivered = Path.Combine(AppContext.BaseDirectory, "configs");
        foreach (var file in Directory.EnumerateFiles(delivered, "*.yml", SearchOption.AllDirectories))
        {
            var copy = At(Path.GetRelativePath(delivered, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
