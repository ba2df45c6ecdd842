using System.Runtime.InteropServices;
using NextLayer.AppHost.Embedded.Processes;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>The <c>dotnet</c> that runs us, to run the projects with.</summary>
internal static class DotnetHost
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        // …/dotnet/shared/Microsoft.NETCore.App/10.0.x/ holds the runtime we run on.
        var ours = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(ours) ? ours : Executables.Find("dotnet") ?? throw new ServerException("No 'dotnet' was found to run the projects with.");
    }
}
