using NextLayer.AppHost.Embedded.Output;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>Everything that exists from start to stop of one picture.</summary>
internal sealed class RunningApplication : IAsyncDisposable
{
    private readonly ApplicationPlan plan;

    private RunningApplication(RunFolder folder, StateBoard board, ApplicationPlan plan)
    {
        Folder = folder;
        Board = board;
        this.plan = plan;
        Orchestration = new Orchestration(plan.Resources, board);
    }

    public RunFolder Folder { get; }

    public StateBoard Board { get; }

    public Orchestration Orchestration { get; }

    public static RunningApplication Start(DistributedApplicationBuilder builder, IResourceOutput output)
    {
        var options = EmbeddedOptions.Read(builder.Configuration);
        var volumes = builder.Resources.OfType<PostgresServerResource>().Select(postgres => postgres.DataVolume).OfType<string>().ToList();
        var beside = volumes.Count > 0 ? Path.Combine(builder.AppHostDirectory, "..", ".data") : null;

        var folder = RunFolder.Open(options.DataFolder ?? beside);
        try
        {
            if (options.Reset)
                SayReset(folder.Reset(volumes), output);
            var board = new StateBoard(folder.StateFile, output);
            var plan = new ApplicationPlan(folder, board, output, options, TimeProvider.System);
            plan.Add(builder.Resources);
            var application = new RunningApplication(folder, board, plan);
            application.Orchestration.Start();
            return application;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Orchestration.StopAsync();
        await plan.DisposeAsync();
        Folder.Dispose();
    }

    private static void SayReset(IReadOnlyList<string> deleted, IResourceOutput output) =>
        output.Say(deleted.Count == 0 ? "--reset: there was no data to delete." : $"--reset: deleted {string.Join(", ", deleted)}.");
}
