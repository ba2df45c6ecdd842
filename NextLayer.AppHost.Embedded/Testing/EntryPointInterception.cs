using System.Reflection;

namespace NextLayer.AppHost.Embedded.Testing;

/// <summary>Runs an AppHost's own <c>Main</c> in a test's process, and stops it between <c>Build</c> and <c>Run</c>.</summary>
internal sealed class EntryPointInterception
{
    private static readonly AsyncLocal<EntryPointInterception?> Flowing = new();

    private readonly TaskCompletionSource<DistributedApplication> built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task main = Task.CompletedTask;

    private EntryPointInterception(Assembly appHost, IReadOnlyList<string> arguments)
    {
        AppHost = appHost;
        Arguments = arguments;
    }

    /// <summary>Set for the code that runs inside <c>Main</c> alone.</summary>
    public static EntryPointInterception? Current => Flowing.Value;

    public Assembly AppHost { get; }

    public IReadOnlyList<string> Arguments { get; }

    public static async Task<(DistributedApplication App, EntryPointInterception Main)> RunAsync(string assemblyPath, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var assembly = Assembly.LoadFrom(assemblyPath);
        var interception = new EntryPointInterception(assembly, arguments);
        interception.main = Task.Run(() => interception.RunMain(assembly), ct);
        var first = await Task.WhenAny(interception.built.Task, interception.main).WaitAsync(ct);
        await first;
        return interception.built.Task.IsCompleted
            ? (await interception.built.Task, interception)
            : throw new InvalidOperationException($"{assembly.GetName().Name} ended before it built anything.");
    }

    public void OnBuilt(DistributedApplication app) => built.TrySetResult(app);

    public Task UntilTestEndsAsync() => ended.Task;

    public async Task EndAsync()
    {
        ended.TrySetResult();
        await main;
    }

    private void RunMain(Assembly assembly)
    {
        Flowing.Value = this;
        var entry = assembly.EntryPoint ?? throw new InvalidOperationException($"{assembly.Location} has no entry point.");
        // The arguments reach the builder through Arguments too, so a Main without parameters gets them as well.
        entry.Invoke(null, entry.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
    }
}
