using NextLayer.AppHost.Embedded;
using NextLayer.AppHost.Embedded.Running;

namespace NextLayer.Tests.AppHost;

public sealed class EnvironmentTests
{
    private const string Database = "Host=127.0.0.1;Port=5433;Username=postgres;Password=secret;Database=nextlayer";

    private readonly IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder([]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithReference_DatabaseAndRedis_GivesConnectionStringsAndTheDatabasesParts()
    {
        var database = builder.AddPostgres("postgres").AddDatabase("nextlayer");
        var redis = builder.AddRedis("redis");
        database.Resource.ConnectionString.SetResult(Database);
        redis.Resource.ConnectionString.SetResult("127.0.0.1:6380,password=secret");

        var variables = await BuildAsync(Web().WithReference(database).WithReference(redis));

        Assert.Equal(Database, variables["ConnectionStrings__nextlayer"]);
        Assert.Equal("127.0.0.1:6380,password=secret", variables["ConnectionStrings__redis"]);
        Assert.Equal("127.0.0.1", variables["NEXTLAYER_HOST"]);
        Assert.Equal("5433", variables["NEXTLAYER_PORT"]);
        Assert.Equal("postgres", variables["NEXTLAYER_USERNAME"]);
        Assert.Equal("secret", variables["NEXTLAYER_PASSWORD"]);
        Assert.Equal("nextlayer", variables["NEXTLAYER_DATABASENAME"]);
        Assert.Equal("postgresql://postgres:secret@127.0.0.1:5433/nextlayer", variables["NEXTLAYER_URI"]);
    }

    [Fact]
    public async Task WithReference_RedisIsNotInstalled_GivesNoConnectionString()
    {
        var redis = builder.AddRedis("redis");
        redis.Resource.ConnectionString.SetResult(null);

        var variables = await BuildAsync(Web().WithReference(redis));

        Assert.DoesNotContain("ConnectionStrings__redis", variables.Keys);
    }

    [Fact]
    public async Task WithReference_Endpoint_GivesTheRealPortUnderBothNames()
    {
        var controlPlane = builder.AddProject<Projects.NextLayer_Dashboard>("control-plane").WithHttpEndpoint(port: 8000);
        controlPlane.Resource.Endpoints[0].Allocated = 8001;

        var variables = await BuildAsync(Web().WithReference(controlPlane.GetEndpoint("http")));

        Assert.Equal("http://localhost:8001", variables["services__control-plane__http__0"]);
        Assert.Equal("http://localhost:8001", variables["CONTROL_PLANE_HTTP"]);
    }

    [Fact]
    public async Task Build_EachStart_NamesTheServiceAndANewInstance()
    {
        var web = Web();

        var first = await BuildAsync(web);
        var second = await BuildAsync(web);

        Assert.Equal("web", first["OTEL_SERVICE_NAME"]);
        Assert.Equal("Development", first["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("http://localhost:5001", first["ASPNETCORE_URLS"]);
        Assert.Matches("^service\\.instance\\.id=[0-9a-f]{8}$", first["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.NotEqual(first["OTEL_RESOURCE_ATTRIBUTES"], second["OTEL_RESOURCE_ATTRIBUTES"]);
    }

    [Fact]
    public void WithHttpEndpoint_SameNameTwice_Throws()
    {
        var web = Web();

        Assert.Throws<InvalidOperationException>(() => web.WithHttpEndpoint(port: 5000));
    }

    [Fact]
    public void WithHttpHealthCheck_WithoutEndpoint_SaysWhatIsMissing()
    {
        var worker = builder.AddProject<Projects.NextLayer_Dashboard>("worker");

        var error = Assert.Throws<InvalidOperationException>(() => worker.WithHttpHealthCheck("/health"));

        Assert.Contains("WithHttpEndpoint must come first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddResource_NameInUse_Throws()
    {
        builder.AddRedis("redis");

        Assert.Throws<InvalidOperationException>(() => builder.AddRedis("redis"));
    }

    private IResourceBuilder<ProjectResource> Web() => builder.AddProject<Projects.NextLayer_Dashboard>("web").WithHttpEndpoint();

    private static Task<IReadOnlyDictionary<string, string?>> BuildAsync(IResourceBuilder<ProjectResource> project) =>
        ProjectEnvironment.BuildAsync(project.Resource, [5001], Ct);
}
