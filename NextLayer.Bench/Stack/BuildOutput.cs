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

    private static readonly DirectoryInfo Own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    private static string Repository => Own.Parent?.Parent?.Parent?.Parent?.FullName
        ?? throw new InvalidOperationException($"{Own} is no build output of a project. Run with 'dotnet run --project NextLayer.Bench'.");

    /// <summary>The project's own folder, with what it serves beside its code.</summary>
    public static string FolderOf(string project) => Path.Combine(Repository, project);

    public static string Find(string project)
    {
        var assembly = Path.Combine(FolderOf(project), "bin", Own.Parent!.Name, Own.Name, $"{project}.dll");
        return File.Exists(assembly)
            ? assembly
            : throw new FileNotFoundException($"{project} is not built in configuration {Own.Parent!.Name}.", assembly);
    }
}
