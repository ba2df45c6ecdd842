using NextLayer.AppHost.Embedded.Testing;
using Npgsql;

namespace NextLayer.Tests.AppHost;

public sealed class TestingBuilderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_TheRealPicture_BringsUpItsDatabaseInsideTheTest()
    {
        Assert.SkipWhen(
            RunningAppHost.AssemblyPath.Contains("/bin/aspire/", StringComparison.Ordinal),
            "The AppHost was built for Aspire; set Orchestrator=embedded.");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.NextLayer_AppHost>(["--ephemeral=true", "--workers=1"], Ct);
        await using var app = await builder.BuildAsync(Ct);

        await app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("postgres", Ct);

        await using var connection = new NpgsqlConnection(await app.GetConnectionStringAsync("nextlayer", Ct) + ";Pooling=false");
        await connection.OpenAsync(Ct);
        Assert.Equal("nextlayer", connection.Database);
        Assert.NotEqual(8000, app.GetEndpoint("control-plane").Port);
    }

    [Fact]
    public async Task WaitForResourceHealthyAsync_UnknownName_SaysSo()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.NextLayer_AppHost>(["--ephemeral=true"], Ct);
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("nobody", Ct));

        Assert.Contains("There is no resource named nobody.", error.Message, StringComparison.Ordinal);
    }
}
