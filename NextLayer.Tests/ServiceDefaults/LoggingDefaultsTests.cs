using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using NextLayer.ServiceDefaults;

namespace NextLayer.Tests.ServiceDefaults;

public sealed class LoggingDefaultsTests
{
    [Fact]
    public void AddServiceDefaults_NothingSet_LogsOneReadableLineInUtc()
    {
        using var host = Build();

        var format = host.Services.GetRequiredService<IOptionsMonitor<SimpleConsoleFormatterOptions>>().CurrentValue;
        Assert.Equal("simple", host.Services.GetRequiredService<IOptionsMonitor<ConsoleLoggerOptions>>().CurrentValue.FormatterName);
        Assert.True(format is { SingleLine: true, UseUtcTimestamp: true, IncludeScopes: false });
    }

    [Fact]
    public void AddServiceDefaults_JsonAskedFor_KeepsScopesForTraceIds()
    {
        using var host = Build(("Logging:Console:FormatterName", "json"));

        Assert.Equal("json", host.Services.GetRequiredService<IOptionsMonitor<ConsoleLoggerOptions>>().CurrentValue.FormatterName);
        Assert.True(host.Services.GetRequiredService<IOptionsMonitor<JsonConsoleFormatterOptions>>().CurrentValue.IncludeScopes);
    }

    [Fact]
    public void AddServiceDefaults_LevelSetByTheOperator_Wins()
    {
        using var host = Build(("Logging:LogLevel:Default", "Error"), ("Logging:LogLevel:Npgsql", "Debug"));

        var loggers = host.Services.GetRequiredService<ILoggerFactory>();
        Assert.False(loggers.CreateLogger("NextLayer.Worker").IsEnabled(LogLevel.Warning));
        Assert.True(loggers.CreateLogger("Npgsql.Command").IsEnabled(LogLevel.Debug));
        Assert.False(loggers.CreateLogger("Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Information));
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddServiceDefaults();
        return builder.Build();
    }
}
