using NextLayer.AppHost;

if (AppHostOptions.AsksForHelp(args))
    return AppHostOptions.PrintHelp();

var builder = DistributedApplication.CreateBuilder(AppHostOptions.Complete(args));
var options = AppHostOptions.Read(builder.Configuration);

var postgres = builder.AddPostgres("postgres");
if (!options.Ephemeral)
    postgres.WithDataVolume("nextlayer-postgres");

var database = postgres.AddDatabase("nextlayer");

// On plain TCP: it is reached over loopback or the containers' own network alone.
var redis = builder.AddRedis("redis")
    .WithoutHttpsCertificate();

var controlPlane = builder.AddProject<Projects.NextLayer_ControlPlane>("control-plane")
    .WithHttpEndpoint(port: 8000)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(database)
    .WithReference(redis)
    .WaitFor(database)
    .WaitFor(redis)
    .WithReplicas(options.ControlPlanes);

var worker = builder.AddProject<Projects.NextLayer_Worker>("worker")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithReference(controlPlane.GetEndpoint("http"))
    .WithEnvironment("GRACE_SECONDS", "5") // Ctrl+C waits for no long step: it goes back to the queue.
    .WaitFor(controlPlane)
    .WithReplicas(options.Workers);

var dashboard = builder.AddProject<Projects.NextLayer_Dashboard>("dashboard")
    .WithHttpEndpoint(port: 3000)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(controlPlane.GetEndpoint("http"))
    .WaitFor(controlPlane);

controlPlane.WithEnvironment("CORS_ORIGINS", dashboard.GetEndpoint("http"));
worker.WithEnvironment("DASHBOARD_URL", dashboard.GetEndpoint("http")); // Notices of approvals lead there.

// The shop and the providers that the examples talk to are on this machine, where steps may not look unless they are told so.
var demo = options.Demo
    ? builder.AddProject<Projects.NextLayer_Demo>("demo")
        .WithHttpEndpoint(port: 8090)
        .WithHttpHealthCheck("/health")
        .WithReference(controlPlane.GetEndpoint("http"))
        .WaitFor(controlPlane)
    : null;
if (demo is not null)
{
    demo.WithEnvironment("SHOP_URL", demo.GetEndpoint("http"));
    worker.WithEnvironment("HttpRequest__AllowedHosts", demo.GetEndpoint("http"));
    controlPlane.WithEnvironment("HttpRequest__AllowedHosts", demo.GetEndpoint("http")); // It tries connectors out.
}

// A developer's own machine needs no credentials, unless they are asked for. What is published keeps the control plane's
// default, which asks, and gets its keys from whoever publishes it.
if (builder.ExecutionContext.IsRunMode)
{
    var keys = StartKeys.Create();
    controlPlane.WithEnvironment("Auth__Required", options.Auth ? "true" : "false");
    controlPlane.WithEnvironment("Auth__WorkerKey", keys.Worker);
    worker.WithEnvironment("CP_API_KEY", keys.Worker);
    if (options.Auth)
    {
        controlPlane.WithEnvironment("Auth__AdminKey", keys.Admin);
        demo?.WithEnvironment("CP_API_KEY", keys.Admin);
        keys.PrintAdmin();
    }
}

builder.Build().Run();
return Environment.ExitCode;
