using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NextLayer.ControlPlane.Platform;

namespace NextLayer.Tests.ServiceDefaults;

/// <summary>Keeps <c>docs/telemetry.md</c> true to the code.</summary>
public sealed class TelemetryPageTests
{
    private static readonly string[] Rows = File.ReadAllLines(Path.Combine(Repository(), "docs", "telemetry.md"));

    public static TheoryData<string, string> Services => new()
    {
        { "control plane", "NextLayer.ControlPlane" },
        { "worker", "NextLayer.Worker" },
        { "dashboard", "NextLayer.Dashboard" },
    };

    [Theory]
    [MemberData(nameof(Services))]
    public void LogEvents_OfEachService_AreListedAndHaveTheirOwnIds(string service, string assembly)
    {
        var events = LogEvents(Assembly.Load(assembly));

        var missing = events.Select(e => $"| {e.EventId} | {service} | {e.Level} |").Where(row => !Rows.Any(r => r.StartsWith(row)));

        Assert.Equal(events.Count, events.Select(e => e.EventId).Distinct().Count());
        Assert.Empty(missing.ToList());
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Instruments_OfEachService_AreListedWithTheirUnits(string service, string assembly)
    {
        var missing = Instruments(Assembly.Load(assembly)).Where(instrument => !Rows.Any(row =>
            row.StartsWith($"| `{instrument.Name}` | `{instrument.Unit}` |") && row.Contains($"| {service} |")));

        Assert.Empty(missing.Select(i => i.Name).ToList());
    }

    private static List<LoggerMessageAttribute> LogEvents(Assembly assembly) =>
    [
        .. from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select message,
    ];

    private static List<Instrument> Instruments(Assembly assembly)
    {
        var telemetry = assembly.GetType($"{assembly.GetName().Name}.Platform.{nameof(Telemetry)}");
        if (telemetry is null)
            return [];
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                    found.Add(instrument);
            },
        };
        listener.Start();
        ActivatorUtilities.CreateInstance(services, telemetry);
        return found;
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NextLayer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
