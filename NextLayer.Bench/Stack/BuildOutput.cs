using System.Reflection;

namespace NextLayer.Bench.Stack;

/// <summary>
/// Finds the built services. Each runs from its own project's output, which has its content files and its own runtime
/// settings; the folders lie side by side: <c>{repository}/{project}/bin/{configuration}/{framework}</c>.
/// </summary>
internal static class BuildOutput
{
    public static string Configuration { get; } =
        typeof(BuildOutput).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown";

    public static string Find(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var repository = own.Parent?.Parent?.Parent?.Parent
            ?? throw new InvalidOperationException($"{own} is no build output of a project. Run with 'dotnet run --project NextLayer.Bench'.");
        var assembly = Path.Combine(repository.FullName, project, "bin", own.Parent!.Name, own.Name, $"{project}.dll");
        return File.Exists(assembly)
            ? assembly
            : throw new FileNotFoundException($"{project} is not built in configuration {own.Parent!.Name}.", assembly);
    }
}
