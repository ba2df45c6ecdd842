using System.Reflection;

namespace NextLayer.Worker.Platform;

/// <summary>Version of this build, as heartbeats and outgoing requests name it.</summary>
internal static class WorkerVersion
{
    public static string Text { get; } =
        typeof(WorkerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "0";
}
