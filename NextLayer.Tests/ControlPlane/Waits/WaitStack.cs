using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Features.Waits.Approvals;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.Tests.ControlPlane.Runs;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>A queue, a control plane and a worker with a probe step, on quick settings.</summary>
internal sealed class WaitStack : IAsyncDisposable
{
    private readonly TestWorker worker;

    private WaitStack(TestQueue queue, ControlPlaneHost host, TestWorker worker, ProbeStep probe)
    {
        Queue = queue;
        Host = host;
        this.worker = worker;
        Probe = probe;
    }

    public TestQueue Queue { get; }
    public ControlPlaneHost Host { get; }
    public ProbeStep Probe { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<WaitStack> StartAsync(Servers servers)
    {
        var queue = await TestQueue.CreateAsync(servers);
        var host = await ControlPlaneHost.StartAsync(queue.Database, null, ("Lease:WakeIntervalSeconds", "0.1"));
        var probe = new ProbeStep();
        return new WaitStack(queue, host, await TestWorker.StartAsync(host.Address, null, probe), probe);
    }

    public async Task<Guid> RunAsync(string definition, string parameters = "{}") =>
        await RunJourney.StartAsync(Host, Queue, await RunJourney.AddVersionAsync(Queue, definition), parameters);

    public Task<Run> UntilAsync(Guid runId, RunStatus status) => RunJourney.UntilAsync(Host, runId, status);

    public Task<string> OutputAsync(Guid runId, string stepId) => RunJourney.OutputAsync(Queue, runId, stepId);

    public Task<string?> StepStatusAsync(Guid runId, string stepId) => RunJourney.StepStatusAsync(Queue, runId, stepId);

    public Task<ResumeOutcome> ResumeAsync(Guid runId, string stepId, string data = "{}", string by = "ada") =>
        Host.Get<ResumeStore>().ResumeAsync(
            Queue.TenantId, runId, new ResumeRunRequest { StepId = stepId, Data = System.Text.Json.JsonElement.Parse(data) }, Voter.From(Caller.Development, Queue.TenantId, by), Ct);

    /// <summary>Makes every wait of the run due now.</summary>
    public async Task PassTimeAsync(Guid runId)
    {
        await Queue.Database.ExecuteAsync("UPDATE open_steps SET wake_at = now() WHERE run_id = $1 AND wake_at IS NOT NULL", runId);
        await Queue.Database.ExecuteAsync("UPDATE pipeline_runs SET wake_at = now() WHERE id = $1 AND wake_at IS NOT NULL", runId);
    }

    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await Host.DisposeAsync();
        await Queue.DisposeAsync();
    }
}
