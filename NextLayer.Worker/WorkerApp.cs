using Microsoft.Extensions.Options;
using NextLayer.ServiceDefaults;
using NextLayer.Worker.Claiming;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Reporting;
using NextLayer.Worker.Sandbox;
using NextLayer.Worker.Steps;
using NextLayer.Worker.Steps.Approvals;
using NextLayer.Worker.Steps.Code;
using NextLayer.Worker.Steps.Database;
using NextLayer.Worker.Steps.Email;
using NextLayer.Worker.Steps.Http;
using NextLayer.Worker.Steps.Llm;
using NextLayer.Worker.Steps.Providers;

namespace NextLayer.Worker;

/// <summary>Puts the worker together: a small web app for its health, and the loops beside it.</summary>
public static class WorkerApp
{
    private static readonly string[] AddressKeys = ["URLS", "HTTP_PORTS", "HTTPS_PORTS"];

    /// <param name="args">Settings as arguments, such as <c>--SLOTS 16</c>.</param>
    /// <param name="configure">Last word on services and settings, for tests that run a worker in their own process.</param>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        // Workers are many and nobody looks for them by their port.
        if (!AddressKeys.Any(key => !string.IsNullOrEmpty(builder.Configuration[key])))
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        AddOptions(builder);
        AddPlatform(builder.Services);
        AddSteps(builder);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.MapDefaultEndpoints();
        return app;
    }

    private static void AddOptions(WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WorkerOptions>()
            .Configure<IConfiguration>((options, configuration) =>
            {
                configuration.Bind(options);
                if (string.IsNullOrWhiteSpace(options.WorkerId))
                    options.WorkerId = WorkerOptions.DefaultWorkerId;
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsCheck>();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<WorkerOptions>>().Value);
        // Ours to bound (WorkerService); the host must not cut it short.
        builder.Services.AddOptions<HostOptions>()
            .Configure<WorkerOptions>((host, options) => host.ShutdownTimeout = options.Grace + TimeSpan.FromSeconds(10));
    }

    private static void AddPlatform(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Telemetry>();
        services.AddSingleton<ControlPlaneContact>();
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<WorkerOptions>();
            return new ControlPlaneAddresses(ControlPlaneAddresses.Read(options, s.GetRequiredService<IConfiguration>()), options.WorkerId);
        });
        services.AddSingleton<ControlPlaneClient>();
        services.AddSingleton<HeldRuns>();
        services.AddSingleton<ReportAnswers>();
        services.AddSingleton<Reporter>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<StepPlaces>();
        services.AddSingleton<WorkflowCache>();
        services.AddSingleton<ExecutionServices>();
        services.AddSingleton<RunExecutor>();
        services.AddSingleton<RunQueue>();
        services.AddSingleton<DrainOrder>();
        services.AddSingleton<ClaimLoop>();
        services.AddSingleton<HeartbeatLoop>();
        services.AddHostedService<WorkerService>();
        services.AddHealthChecks().AddCheck<ControlPlaneHealth>("control-plane");
    }

    private static void AddSteps(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(_ => new GuardedConnector(AllowedHosts.From(builder.Configuration)));
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<ConnectorSource>();
        services.AddSingleton<StepHandlers>();
        services.AddSingleton<IStepHandler, NoopStep>();
        services.AddSingleton<IStepHandler, ConditionStep>();
        services.AddSingleton<IStepHandler, DelayStep>();
        services.AddSingleton<IStepHandler, HttpRequestStep>();
        services.AddSingleton<SandboxPool>();
        services.AddSingleton<IStepHandler, InlineCodeStep>();
        services.AddSingleton<IStepHandler, TransformStep>();
        services.AddSingleton<ApprovalNotifier>();
        services.AddSingleton<IStepHandler, WaitForApprovalStep>();
        services.AddSingleton<IStepHandler, WaitForEventStep>();
        services.AddSingleton<IStepHandler, ForEachStep>();
        services.AddSingleton<IStepHandler, DatabaseQueryStep>();
        services.AddSingleton<LlmHttp>();
        services.AddSingleton<ILlmProvider, OpenAiProvider>();
        services.AddSingleton<ILlmProvider, AnthropicProvider>();
        services.AddSingleton<ILlmProvider, GoogleProvider>();
        services.AddSingleton<ILlmProvider, FakeProvider>();
        services.AddSingleton<IStepHandler, LlmCallStep>();
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton<ICostProvider, OpenAiCosts>();
        services.AddSingleton<ICostProvider, AnthropicCosts>();
        services.AddSingleton<ICostProvider, GcpCosts>();
        services.AddSingleton<IStepHandler, ProviderCostsStep>();
        services.AddOptions<EmailOptions>().BindConfiguration("Email");
        services.AddSingleton(s => new Mailer(
            s.GetRequiredService<ConnectorSource>(),
            s.GetRequiredService<GuardedConnector>(),
            s.GetRequiredService<IOptions<EmailOptions>>().Value.AllowLog ?? builder.Environment.IsDevelopment()));
        services.AddSingleton<IStepHandler, SendEmailStep>();
        services.AddSingleton<IStepHandler, WebhookStep>();
    }
}
